/// Why a pipeline cannot be made although its configuration can be read.
public struct PipelineError: Error, Sendable, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }
}
