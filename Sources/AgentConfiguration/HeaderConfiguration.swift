internal import YAMLSource

/// One HTTP header with its values.
public struct HeaderConfiguration: Hashable, Sendable {
  public var name: String
  public var values: [String] = []
  public var secrets: [Secret] = []
  /// Files that hold one value each.
  public var files: [String] = []

  /// `http_headers`: each name with `values`, `secrets` or `files`.
  static func field<Section>(_ key: String, _ place: Place<Section, [HeaderConfiguration]>)
    -> ConfigurationField<Section>
  {
    ConfigurationField(
      key,
      read: { entry, path, section, errors in
        guard let entries = MappingReader(entry.value, path: path, errors: &errors)?.node.mapping else { return }
        section[keyPath: place] = entries.compactMap { header in
          guard
            let sources = HeaderSources.read(header.value, path: "\(path).\(header.key.text)", errors: &errors)
          else { return nil }
          return HeaderConfiguration(
            name: header.key.text, values: sources.values, secrets: sources.secrets, files: sources.files)
        }
      },
      value: { section in
        let headers = section[keyPath: place]
        guard !headers.isEmpty else { return nil }
        return .mapping(
          headers.map { header in
            var sources = HeaderSources()
            sources.values = header.values
            sources.secrets = header.secrets
            sources.files = header.files
            return .init(header.name, sources.yaml)
          })
      })
  }

  /// `proxy_connect_header`: each name with its values, which are not shown.
  static func secretsField<Section>(_ key: String, _ place: Place<Section, [HeaderConfiguration]>)
    -> ConfigurationField<Section>
  {
    ConfigurationField(
      key,
      read: { entry, path, section, errors in
        guard let entries = MappingReader(entry.value, path: path, errors: &errors)?.node.mapping else { return }
        section[keyPath: place] = entries.compactMap { header in
          [Secret].read(header.value, path: "\(path).\(header.key.text)", errors: &errors).map {
            HeaderConfiguration(name: header.key.text, secrets: $0)
          }
        }
      },
      value: { section in
        let headers = section[keyPath: place]
        return headers.isEmpty ? nil : .mapping(headers.map { .init($0.name, $0.secrets.yaml) })
      })
  }
}

private struct HeaderSources: ConfigurationSection {
  var values: [String] = []
  var secrets: [Secret] = []
  var files: [String] = []

  static let fields: [ConfigurationField<HeaderSources>] = [
    ConfigurationField(ifSet: "values", \.values),
    ConfigurationField(ifSet: "secrets", \.secrets),
    ConfigurationField(ifSet: "files", \.files),
  ]
}
