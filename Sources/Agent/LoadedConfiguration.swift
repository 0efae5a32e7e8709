public import AgentConfiguration

/// A configuration and the text it came from, by which a reload finds out whether there is anything new.
public struct LoadedConfiguration: Sendable {
  public var configuration: AgentConfiguration
  public var text: String

  public init(_ configuration: AgentConfiguration, text: String) {
    self.configuration = configuration
    self.text = text
  }
}

/// Why a configuration was not taken over: it has been left as it was.
public struct ReloadError: Error, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
