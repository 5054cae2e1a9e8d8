package import ONNX

/// Everything that a caller tells an engine process: which model, how to run it, and where to meet.
package struct EngineOrder: Hashable, Sendable {
    package var model = ""
    package var settings = SessionSettings()
    /// Where ONNX Runtime may be, best first.
    package var libraries: [String] = []
    /// Runs at a time; 0 chooses by the measured time of a run.
    package var instances = 0
    package var batch = BatchRule.off
    /// Of the kernel's real-time class, for the threads that run; 0 for none.
    package var priority = 0
    package var linkDescriptor: Int32 = -1
    package var bellMemory: Int32 = -1
    package var bellDescriptors: [Int32] = []
    package var controlDescriptor: Int32 = -1

    package init() {}
}

/// When requests of one model may be run together.
package struct BatchRule: Hashable, Sendable {
    package var rowsMax: Int
    package var delayNanoseconds: UInt64

    package static let off = BatchRule(rowsMax: 1, delayNanoseconds: 0)
    package var isOn: Bool { rowsMax > 1 }

    package init(rowsMax: Int, delayNanoseconds: UInt64) {
        self.rowsMax = rowsMax
        self.delayNanoseconds = delayNanoseconds
    }
}
