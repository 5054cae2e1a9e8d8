import Testing

@testable import Recipes

@Suite struct PythonCodeTests {
    @Test(
        arguments: [
            ("s = ort.InferenceSession(path)", "s = ort.InferenceSession(path, providers=[\"CPUExecutionProvider\"])"),
            (
                "s = InferenceSession(f('a)', [1, 2]))  # (",
                "s = InferenceSession(f('a)', [1, 2]), providers=[\"CPUExecutionProvider\"])  # ("
            ),
            (
                "s = InferenceSession(\n    path,  # the model\n)\n",
                "s = InferenceSession(\n    path, providers=[\"CPUExecutionProvider\"]  # the model\n)\n"
            ),
            (
                "s = InferenceSession(path, options)",
                "s = InferenceSession(path, options, providers=[\"CPUExecutionProvider\"])"
            ),
            ("s = InferenceSession(path, providers=names)", nil), ("s = InferenceSession(path, options, names)", nil),
            ("s = InferenceSession(**settings)", nil), ("s = InferenceSession(*all)", nil),
            ("class InferenceSession(Base): pass", nil), ("s = MyInferenceSession(path)", nil),
            ("print('InferenceSession(path)')  # InferenceSession(path)", nil), ("s = InferenceSession(path", nil),
            ("\"\"\"\nInferenceSession(path)\n\"\"\"", nil), ("s: ort.InferenceSession = None", nil),
        ] as [(String, String?)])
    func sessionsWithoutProviders(program: String, corrected: String?) {
        let edits = PythonCode(program).bareSessions.map {
            TextEdit(paper: 0, range: $0.end..<$0.end, replacement: $0.addition)
        }
        let text = String(decoding: EditPlan.applied(edits, to: Array(program.utf8)[...]), as: UTF8.self)
        // What it makes needs nothing more.
        #expect(PythonCode(text).bareSessions.isEmpty)
        #expect(
            edits.isEmpty ? corrected == nil : text.filter { $0 != " " } == corrected?.filter { $0 != " " }, "\(text)")
    }

    @Test(
        arguments: [
            ("a = os.environ['A']", ["import os"]), ("import os\na = os.environ['A']", []),
            ("import os.path as p, sys\nos.getcwd(); sys.exit()", ["import os"]),
            ("from os import path\nos.getcwd()", ["import os"]),
            ("x = datetime.now()", ["from datetime import datetime"]),
            ("x = datetime.datetime.now()", ["import datetime"]),
            ("from datetime import datetime as d\nd.now()", []), ("def f(os):\n    os.go()", []), ("os = 1\nos.x", []),
            ("'os.environ'  # os.getcwd()", []), ("self.os.x()", []), ("a = np.zeros(3)", ["import numpy as np"]),
            ("json.dumps(x)\njson.loads(y)", ["import json"]), ("frobnicator.go()", []),
        ] as [(String, [String])])
    func importsThatAreMissing(program: String, lines: [String]) {
        #expect(PythonCode(program).missingImports.map(\.line) == lines)
    }
}
