public import Pipeline
public import Tailing

/// A job as the data path sees it.
public struct DataPathJob: Sendable {
  public var name: String
  public var pipeline: CompiledPipeline

  public init(name: String, pipeline: CompiledPipeline) {
    self.name = name
    self.pipeline = pipeline
  }
}

extension DataPath {
  /// Takes over targets. Jobs that were not there at the start have no pipeline in the readers yet and are left out.
  public func apply(jobs: [DataPathJob], targets: [FileTarget], clients: [ClientSetup]) {
    scanner.update(targets.filter { $0.job < jobCount })
  }
}
