import Agent
import AgentConfiguration
import Glibc
import Syscalls

/// Finds and reads the files that `-config.file` names.
enum ConfigurationFiles {
  /// What keeps them from being read; of what is wrong in them `ConfigurationErrors` tell.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The configuration with the flags put over it.
  static func load(_ flags: AgentFlags) throws -> LoadedConfiguration {
    let files = try read(flags.configFiles)
    var configuration = try AgentConfiguration.load(
      files, environment: flags.expandEnvironment ? environmentVariables() : nil)
    flags.apply(to: &configuration)
    // Names tell apart what moved from one file to another.
    return LoadedConfiguration(configuration, text: files.map { "\($0.name)\n\($0.text)" }.joined(separator: "\n"))
  }

  /// - Parameter choices: for each file the paths it may be at.
  static func read(_ choices: [[String]]) throws -> [AgentConfiguration.File] {
    var files: [AgentConfiguration.File] = []
    var missing: [String] = []
    for paths in choices {
      guard let path = paths.first(where: { (try? LinuxFileSystem().status(at: $0).get()) != nil }) else {
        missing.append(paths.joined(separator: ","))
        continue
      }
      for path in try members(path) {
        switch LinuxFileSystem().readWhole(path) {
        case .failure(let error): throw Failure(description: "cannot read \(path): \(error)")
        case .success(let bytes): files.append(.init(name: path, text: String(decoding: bytes, as: UTF8.self)))
        }
      }
    }
    if let last = choices.last, missing.contains(last.joined(separator: ",")) {
      throw Failure(description: "no configuration file at \(last.joined(separator: ","))")
    }
    return files
  }

  /// The file itself, or the YAML files of a folder by name.
  private static func members(_ path: String) throws -> [String] {
    guard case .success(let status) = LinuxFileSystem().status(at: path), status.kind == .directory else {
      return [path]
    }
    guard case .success(let entries) = LinuxFileSystem().entries(of: path) else {
      throw Failure(description: "cannot read the folder \(path)")
    }
    let names = entries.map(\.name).filter {
      !$0.hasPrefix(".") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml"))
    }
    if names.isEmpty { throw Failure(description: "no .yaml or .yml file in the folder \(path)") }
    return names.sorted().map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
  }

  static func environmentVariables() -> [String: String] {
    var all: [String: String] = [:]
    var place = environ
    while let entry = place.pointee {
      let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { all[String(parts[0])] = String(parts[1]) }
      place += 1
    }
    return all
  }
}
