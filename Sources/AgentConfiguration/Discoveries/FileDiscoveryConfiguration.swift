public import GoCompat
internal import YAMLSource

/// Targets from files of JSON or YAML: an item of `file_sd_configs`.
public struct FileDiscoveryConfiguration: Hashable, Sendable {
  /// Paths; the last part may hold one `*`.
  public var files: [String] = []
  /// How often the files are read although the kernel told of no change.
  public var refreshInterval = PrometheusDuration.seconds(300)

  public init() {}
}

extension FileDiscoveryConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<FileDiscoveryConfiguration>] = [
    ConfigurationField("files", \.files),
    ConfigurationField("refresh_interval", \.refreshInterval),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    if files.isEmpty {
      errors.add("file_sd_configs needs files", at: node.location, path: path, hint: "files: [/etc/targets/*.json]")
    }
    for (index, file) in files.enumerated() where !Self.isUsable(file) {
      let place = node["files"]?.list.flatMap { index < $0.count ? $0[index].location : nil } ?? node.location
      errors.add(
        "\"\(file)\" is no name of target files", at: place, path: "\(path).files",
        hint: "it must end in .json, .yml or .yaml, and only its last part may hold a *, once")
    }
  }

  /// The rule of Prometheus: `^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$`.
  private static func isUsable(_ file: String) -> Bool {
    let endings = [".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"]
    guard let ending = endings.first(where: { file.hasSuffix($0) }) else { return false }
    let name = file.dropLast(ending.count)
    guard let star = name.firstIndex(of: "*") else { return true }
    return !name[star...].contains("/")
  }
}
