import AgentConfiguration
import GoCompat
import HTTPEdge
import LogModel
import NIOCore
import Telemetry

/// `docker_sd_configs`: the running containers of a Docker daemon, one target for each port they have.
struct DockerDiscoverer: RefreshingDiscoverer {
  let refreshInterval: Int64
  private let configuration: DockerDiscoveryConfiguration
  private let base: String
  private let client: WebClient

  init(_ configuration: DockerDiscoveryConfiguration, userAgent: String) throws {
    self.configuration = configuration
    refreshInterval = configuration.refreshInterval.nanoseconds
    let url = try EndpointURL(configuration.host)
    switch url.scheme {
    case "unix": base = "http+unix://" + PercentEncoding.encode(url.path)
    case "tcp":
      let tls = configuration.http.tls
      base = (tls == TLSConfiguration() ? "http://" : "https://") + url.authority
    default: base = "\(url.scheme)://\(url.authority)"
    }
    client = try WebClient(WebClientSettings(configuration.http, userAgent: userAgent))
  }

  func refresh() async throws -> [TargetGroup] {
    var path = "/containers/json"
    if !configuration.filters.isEmpty { path += "?filters=" + PercentEncoding.encode(filters) }
    let containers = try await get(path).elements
    let networks = DockerNetworks(try await get("/networks").elements)
    let byID = Dictionary(
      containers.map { ($0["Id"]?.text ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    let targets = containers.flatMap { self.targets(of: $0, byID, networks) }
    return [TargetGroup(source: configuration.host, targets: targets, labels: .empty)]
  }

  /// `{"label":{"logging=on":true}}`, as the daemon wants them.
  private var filters: String {
    func quoted(_ text: String) -> String { JSONQuote.quote(text) }
    let byName = Dictionary(grouping: configuration.filters, by: \.name).sorted { $0.key < $1.key }
    return "{"
      + byName.map { name, filters in
        "\(quoted(name)):{" + filters.flatMap(\.values).map { "\(quoted($0)):true" }.joined(separator: ",") + "}"
      }.joined(separator: ",") + "}"
  }

  private func get(_ path: String) async throws -> JSONValue {
    let answer = try await client.send(WebRequest(base + path, timeout: 30_000_000_000), keeping: 256 << 20)
    let document = try? JSONReader.read(Array(answer.body.readableBytesView))
    guard answer.status == 200 else {
      let reason = document?["message"]?.text.map { ": \($0)" } ?? ""
      throw DiscoveryError("Docker at \(configuration.host) answered with status \(answer.status)\(reason)")
    }
    guard let document else { throw DiscoveryError("Docker at \(configuration.host) answered with no JSON") }
    return document
  }

  private func targets(of container: JSONValue, _ byID: [String: JSONValue], _ networks: DockerNetworks) -> [LabelSet] {
    let ownMode = container["HostConfig"]?["NetworkMode"]?.text ?? ""
    var common = [
      "__meta_docker_container_id": container["Id"]?.text ?? "",
      "__meta_docker_container_name": container["Names"]?.elements.first?.text ?? "",
      "__meta_docker_container_network_mode": ownMode,
    ]
    for label in container["Labels"]?.members ?? [] {
      common["__meta_docker_container_label_" + MetaLabel.name(label.name)] = label.value.text ?? ""
    }
    // A container may share the network of another, which may share that of a third.
    var mode = ownMode
    var attached = container["NetworkSettings"]?["Networks"]?.members ?? []
    var seen: Set<String> = []
    while attached.isEmpty, mode.hasPrefix("container:"), seen.insert(mode).inserted,
      let other = byID[String(mode.dropFirst("container:".count))]
    {
      attached = other["NetworkSettings"]?["Networks"]?.members ?? []
      mode = other["HostConfig"]?["NetworkMode"]?.text ?? ""
    }
    attached.sort { $0.name < $1.name }
    if configuration.matchFirstNetwork { attached = Array(attached.prefix(1)) }
    let ports = (container["Ports"]?.elements ?? []).filter { $0["Type"]?.text == "tcp" }
    return attached.flatMap { network -> [LabelSet] in
      let ip = network.value["IPAddress"]?.text ?? ""
      var labels = common
      labels["__meta_docker_network_ip"] = ip
      for (name, value) in networks.labels(network.value["NetworkID"]?.text ?? "") { labels[name] = value }
      if ports.isEmpty {
        labels["__address__"] =
          mode == "host" ? configuration.hostNetworkingHost : MetaLabel.address(ip, configuration.port)
        return [LabelSet(labels)]
      }
      return ports.map { port in
        var labels = labels
        let number = port["PrivatePort"]?.int ?? 0
        labels["__address__"] = MetaLabel.address(ip, number)
        labels["__meta_docker_port_private"] = String(number)
        if let open = port["PublicPort"]?.int, open > 0 {
          labels["__meta_docker_port_public"] = String(open)
          labels["__meta_docker_port_public_ip"] = port["IP"]?.text ?? ""
        }
        return LabelSet(labels)
      }
    }
  }
}

/// The labels that a container gets of its networks.
private struct DockerNetworks {
  private var byID: [String: [String: String]] = [:]

  init(_ networks: [JSONValue]) {
    for network in networks {
      guard let id = network["Id"]?.text else { continue }
      var labels = [
        "__meta_docker_network_id": id,
        "__meta_docker_network_name": network["Name"]?.text ?? "",
        "__meta_docker_network_scope": network["Scope"]?.text ?? "",
        "__meta_docker_network_internal": String(network["Internal"]?.bool ?? false),
        "__meta_docker_network_ingress": String(network["Ingress"]?.bool ?? false),
      ]
      for label in network["Labels"]?.members ?? [] {
        labels["__meta_docker_network_label_" + MetaLabel.name(label.name)] = label.value.text ?? ""
      }
      byID[id] = labels
    }
  }

  func labels(_ id: String) -> [String: String] { byID[id] ?? [:] }
}
