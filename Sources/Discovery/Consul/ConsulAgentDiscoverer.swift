import AgentConfiguration
import GoCompat
import HTTPEdge
import LogModel

/// `consulagent_sd_configs`: the services of one Consul agent, asked in intervals.
struct ConsulAgentDiscoverer: RefreshingDiscoverer {
  private static let prefix = "__meta_consulagent_"

  let refreshInterval: Int64
  private let query: ConsulQuery
  private let connection: ConsulConnection
  private let service: ConsulService

  init(_ configuration: ConsulAgentDiscoveryConfiguration, userAgent: String) throws {
    query = configuration.query
    refreshInterval = query.refreshInterval.nanoseconds
    var settings = WebClientSettings()
    settings.userAgent = userAgent
    settings.tls = TLSClientSettings(configuration.tls)
    if !query.username.isEmpty {
      settings.credentials = .basic(user: .inline(query.username), password: .inline(query.password.text))
    }
    connection = try ConsulConnection(
      query, pathPrefix: "", namespace: configuration.namespace, partition: "", settings: settings)
    service = ConsulService(prefix: Self.prefix, tagSeparator: query.tagSeparator)
  }

  func refresh() async throws -> [TargetGroup] {
    let agent = try await connection.get("/v1/agent/self", isPlain: true).document
    for entry in query.nodeMeta.pairs where agent["Meta"]?[entry.name]?.text != entry.text { return [] }
    var groups: [TargetGroup] = []
    for name in try await names() {
      // The agent answers 429 and 503 for services that warn or fail, and 404 for those it does not have.
      let answer = try await connection.get(
        "/v1/agent/health/service/name/" + PercentEncoding.encode(name), [("format", "json")], isPlain: true,
        accepting: [404, 429, 503])
      if answer.status == 404 { continue }
      let targets = answer.document.elements.compactMap { target($0, agent) }
      if !targets.isEmpty { groups.append(TargetGroup(source: name, targets: targets, labels: .empty)) }
    }
    return groups
  }

  private func names() async throws -> [String] {
    if !query.services.isEmpty { return Set(query.services).sorted() }
    let services = try await connection.get("/v1/agent/services", isPlain: true).document.members
    return Set(services.compactMap { $0.value["Service"]?.text }).sorted()
  }

  private func target(_ entry: JSONValue, _ agent: JSONValue) -> LabelSet? {
    let instance = entry["Service"] ?? .null
    let tags = Set((instance["Tags"]?.elements ?? []).compactMap(\.text))
    guard query.tags.allSatisfy(tags.contains) else { return nil }
    var labels = service.labels(instance, nodeAddress: agent["Member"]?["Addr"]?.text ?? "")
    let firstCheck = entry["Checks"]?.elements.first
    labels[Self.prefix + "node"] = firstCheck?["Node"]?.text ?? agent["Config"]?["NodeName"]?.text ?? ""
    labels[Self.prefix + "dc"] = instance["Datacenter"]?.text ?? agent["Config"]?["Datacenter"]?.text ?? ""
    labels[Self.prefix + "health"] = entry["AggregatedStatus"]?.text ?? ConsulHealth.of(entry["Checks"]?.elements ?? [])
    labels[Self.prefix + "namespace"] = instance["Namespace"]?.text ?? ""
    labels.merge(service.labels("metadata", agent["Meta"])) { $1 }
    for (name, address) in (instance["TaggedAddresses"]?.members ?? []).map({ ($0.name, $0.value["Address"]?.text) }) {
      labels[Self.prefix + "tagged_address_" + MetaLabel.name(name)] = address ?? ""
    }
    return LabelSet(labels)
  }
}
