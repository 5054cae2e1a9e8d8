internal import Archive
internal import Core
internal import Crypto
internal import Depot
internal import Files
internal import Glibc
internal import Recipes

/// Lays files of the depot out in folders, where components and stations find them. All of it can be made again from the depot,
/// so nothing here has to survive anything; what differs from its digest is put back.
struct PackageYard {
    let folders: NodeFolders
    let depot: Depot

    /// Something that was not as it should be.
    struct Difference: Hashable, Sendable {
        let path: String
        let isRepaired: Bool
    }

    // MARK: components

    /// Puts a component's artifacts into its folder, unpacked where its recipe says so. Files that are right stay untouched.
    func lay(_ component: ReadyComponent, _ files: [FileReference]) throws(Fault) {
        let folder = folders.artifacts(component.name, component.version)
        try FileAccess.makeFolder(folder)
        for file in files {
            let artifact = component.artifacts.first { $0.fileName == file.path }
            let fresh = try put(file, in: folder, mode: Self.mode(artifact))
            guard let artifact, artifact.unarchive == .zip else { continue }
            let target = unpacked(artifact, of: component)
            guard fresh || !UnpackedFiles(target).isWhole else { continue }
            do throws(Fault) { try unpack("\(folder)/\(file.path)", into: target) } catch {
                throw Fault(
                    error.code,
                    "artifact \(file.path) of \(component.name) \(component.version) cannot be unpacked: \(error.message)",
                    hint: error.hint)
            }
        }
    }

    private func unpacked(_ artifact: Artifact, of component: ReadyComponent) -> String {
        folders.unarchived(component.name, component.version) + "/" + artifact.folderName
    }

    /// Readable for all, because components run as somebody else; executable where the recipe says so.
    private static func mode(_ artifact: Artifact?) -> UInt32 {
        guard let artifact else { return 0o644 }
        return artifact.execute == .none ? 0o644 : 0o755
    }

    private func unpack(_ archive: String, into target: String) throws(Fault) {
        let half = target + ".half"
        FileAccess.remove(half)
        try FileAccess.makeFolder(half)
        try ModelArchive.unpack(archive, into: half)
        // A component may be reading there.
        try FileAccess.replaceFolder(target, with: half)
        try UnpackedFiles(target).note()
    }

    // MARK: releases

    func releaseFolder(_ station: String, _ digest: SHA256Digest) -> String {
        "\(folders.root)/stations/\(station)/releases/\(digest)"
    }

    func lay(_ release: ReleaseIndex, _ digest: SHA256Digest, at station: String) throws(Fault) {
        let folder = releaseFolder(station, digest)
        try FileAccess.makeFolder(folder)
        for file in release.files { _ = try put(file, in: folder, mode: 0o644) }
    }

    // MARK: files

    /// Whether the file was written: one that is right already is left alone.
    private func put(_ file: FileReference, in folder: String, mode: UInt32) throws(Fault) -> Bool {
        let path = "\(folder)/\(file.path)"
        if isRight(file, at: path, mode: mode) { return false }
        try FileAccess.makeFolder(PathName.folder(of: path))
        try copy(depot.path(of: file.digest), to: path, mode: mode)
        return true
    }

    private func isRight(_ file: FileReference, at path: String, mode: UInt32) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o777 == mode,
            Int(status.st_size) == file.bytes
        else { return false }
        return (try? FileDigest.of(path))?.digest == file.digest
    }

    /// A copy, not a link: whoever writes into it must not reach the depot.
    private func copy(_ source: String, to path: String, mode: UInt32) throws(Fault) {
        let half = path + ".half"
        let input = unsafe open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw Fault.system("opening \(source)") }
        defer { close(input) }
        unsafe unlink(half)
        let output = unsafe open(half, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard output >= 0 else { throw Fault.system("creating \(half)") }
        defer { close(output) }
        fchmod(output, mode)
        let room = 1 << 30
        while true {
            let count = sendfile(output, input, nil, room)
            guard count >= 0 else {
                let reason = errno
                unsafe unlink(half)
                throw Fault.system("copying to \(path)", errno: reason)
            }
            if count == 0 { break }
        }
        guard unsafe rename(half, path) == 0 else { throw Fault.system("renaming \(half)") }
    }

    // MARK: looking after it

    /// Compares a component's files with their digests, and what was unpacked with what it was; puts back what differs.
    func repair(_ component: ReadyComponent, _ files: [FileReference]) -> [Difference] {
        let folder = folders.artifacts(component.name, component.version)
        var found = repair(files, in: folder) { file in
            Self.mode(component.artifacts.first { $0.fileName == file.path })
        }
        for artifact in component.artifacts where artifact.unarchive == .zip {
            let target = unpacked(artifact, of: component)
            guard !UnpackedFiles(target).isWhole else { continue }
            let isRepaired = (try? unpack("\(folder)/\(artifact.fileName)", into: target)) != nil
            found.append(Difference(path: target, isRepaired: isRepaired))
        }
        return found
    }

    func repair(_ files: [FileReference], in folder: String, mode: (FileReference) -> UInt32) -> [Difference] {
        files.filter { !isRight($0, at: "\(folder)/\($0.path)", mode: mode($0)) }.map { file in
            let isRepaired = (try? put(file, in: folder, mode: mode(file))) != nil
            return Difference(path: "\(folder)/\(file.path)", isRepaired: isRepaired)
        }
    }

    /// Folders of components and releases that nobody needs any more.
    func clear(keeping generations: [Generation], releases: [String: Set<SHA256Digest>]) {
        var kept: Set<String> = []
        for member in generations.flatMap(\.members) { kept.insert("\(member.name)/\(member.version)") }
        for branch in ["artifacts", "artifacts-unarchived"] {
            let base = "\(folders.root)/packages/\(branch)"
            for name in (try? FileAccess.names(in: base)) ?? [] {
                for version in (try? FileAccess.names(in: "\(base)/\(name)")) ?? []
                where !kept.contains("\(name)/\(version)") {
                    FileAccess.remove("\(base)/\(name)/\(version)")
                }
                unsafe rmdir("\(base)/\(name)")
            }
        }
        for (station, digests) in releases {
            let base = "\(folders.root)/stations/\(station)/releases"
            for name in (try? FileAccess.names(in: base)) ?? [] where !digests.contains(where: { "\($0)" == name }) {
                FileAccess.remove("\(base)/\(name)")
            }
        }
    }
}
