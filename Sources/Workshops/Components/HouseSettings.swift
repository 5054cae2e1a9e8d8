/// What a house of components needs to know beside the components.
package struct HouseSettings: Hashable, Sendable {
    /// Where it remembers what is installed.
    package var folder: String
    /// This program's warden, as a command.
    package var warden: [String]
    /// Whom components run as that name nobody.
    package var user = "nobody"
    package var surroundings = Surroundings()
    package var logs = LogSettings()

    package init(folder: String, warden: [String]) {
        self.folder = folder
        self.warden = warden
    }
}
