"""A repository of signed releases made with the reference implementation, and a web server that lies as a test asks.

What is served lives in memory: `files` maps a path below the server's root to bytes, or to a function that writes the
answer itself. Nothing of it is checked here, so that every attack can be made.
"""

import datetime
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

TOP = ("root", "timestamp", "snapshot", "targets")
NEW_KEY = {
    "ed25519": CryptoSigner.generate_ed25519,
    "ecdsa": CryptoSigner.generate_ecdsa,
    "rsa": CryptoSigner.generate_rsa,
}


def in_days(days):
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).replace(microsecond=0)


class Web:
    """Serves `files` on loopback; `asked` remembers what for."""

    def __init__(self):
        self.files = {}
        self.asked = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                web.asked.append(self.path)
                found = web.files.get(self.path.lstrip("/"))
                if found is None:
                    self.send_error(404)
                elif callable(found):
                    found(self)
                else:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(found)))
                    self.end_headers()
                    self.wfile.write(found)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def endless(handler):
    """An answer that never ends by itself."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" " * 65_536)
    except OSError:
        pass


class Repository:
    """Four roles with a key each, and whatever is delegated; `publish` signs and serves what has changed."""

    def __init__(self, kind="ed25519"):
        self.web = Web()
        self.kind = kind
        self.signers = {role: [NEW_KEY[kind]()] for role in TOP}
        self.root = Root(expires=in_days(30), consistent_snapshot=True)
        self.timestamp = Timestamp(expires=in_days(30))
        self.snapshot = Snapshot(expires=in_days(30))
        self.targets = Targets(expires=in_days(30))
        self.delegated = {}
        for role in TOP:
            self.root.add_key(self.signers[role][0].public_key, role)
        self.serve(self.root, "1.root.json", "root")
        self.publish(bump=False)

    def sign(self, signed, role):
        metadata = Metadata(signed)
        for signer in self.signers[role]:
            metadata.sign(signer, append=True)
        return metadata.to_bytes()

    def serve(self, signed, name, role):
        self.web.files[f"metadata/{name}"] = self.sign(signed, role)

    def publish(self, roles=("targets", "snapshot", "timestamp"), bump=True):
        """New versions of these roles; `targets` stands for all targets roles."""
        if "targets" in roles:
            for name, signed in {"targets": self.targets, **self.delegated}.items():
                signed.version += bump and f"{name}.json" in self.snapshot.meta
                self.serve(signed, f"{signed.version}.{name}.json", name)
                self.snapshot.meta[f"{name}.json"] = MetaFile(signed.version)
        if "snapshot" in roles:
            self.snapshot.version += bump
            self.serve(self.snapshot, f"{self.snapshot.version}.snapshot.json", "snapshot")
            self.timestamp.snapshot_meta = MetaFile(self.snapshot.version)
        if "timestamp" in roles:
            self.timestamp.version += bump
            self.serve(self.timestamp, "timestamp.json", "timestamp")

    def new_root(self, also=()):
        """The next root, signed by its keys and by the signers in `also`."""
        self.root.version += 1
        own = self.signers["root"]
        self.signers["root"] = [*own, *(signer for signer in also if signer not in own)]
        self.serve(self.root, f"{self.root.version}.root.json", "root")
        self.signers["root"] = own

    def rotate(self, role, count=1, threshold=1, kind=None):
        """Other keys for a role, from the next root on; gives the signers that lose it."""
        before = self.signers[role]
        for signer in before:
            self.root.revoke_key(signer.public_key.keyid, role)
        self.signers[role] = [NEW_KEY[kind or self.kind]() for _ in range(count)]
        for signer in self.signers[role]:
            self.root.add_key(signer.public_key, role)
        self.root.roles[role].threshold = threshold
        return before

    def delegate(self, name, paths, by="targets", signer=None):
        delegator = self.targets if by == "targets" else self.delegated[by]
        if delegator.delegations is None:
            delegator.delegations = Delegations({}, {})
        signer = signer or NEW_KEY[self.kind]()
        delegator.delegations.roles[name] = DelegatedRole(name, [], 1, False, paths)
        delegator.add_key(signer.public_key, name)
        self.delegated.setdefault(name, Targets(expires=in_days(30)))
        self.signers.setdefault(name, []).append(signer)
        return signer

    def add(self, name, data, role="targets", digests=("sha256",)):
        """A target; gives the path at which it is served."""
        signed = self.targets if role == "targets" else self.delegated[role]
        signed.targets[name] = TargetFile.from_data(name, data, list(digests))
        folder, slash, file = name.rpartition("/")
        path = f"targets/{folder}{slash}{hashlib.new(digests[0], data).hexdigest()}.{file}"
        self.web.files[path] = data
        return path
