import AgentConfiguration
import GoCompat
import HTTPEdge
import LogModel
import NIOCore
import Telemetry

/// `docker_sd_configs`: the running containers of a Docker daemon, one target for each port they have.
///
/// Beyond those that run: containers whose log is being read, until it is read to its end, and those that ended before they
/// were found.
struct DockerDiscoverer: Discoverer {
  private let configuration: DockerDiscoveryConfiguration
  private let engine: DockerEngine

  /// Events that come in bursts lead to one look: nanoseconds between two.
  private static let calm: Int64 = 1_000_000_000

  init(_ engine: DockerEngine) {
    self.engine = engine
    configuration = engine.configuration
  }

  func run(_ updates: DiscoveryUpdates) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await EngineEvents(engine: engine).run() }
      group.addTask { await look(updates) }
    }
  }

  private func look(_ updates: DiscoveryUpdates) async {
    var pause = RetryPause()
    var found = FoundContainers()
    let (number, bell) = engine.containers.listen()
    defer { engine.containers.stopListening(number) }
    while !Task.isCancelled {
      do {
        try await refresh(&found)
        let networks = DockerNetworks(try await engine.list("/networks"))
        updates.all([group(found, networks)])
        pause = RetryPause()
        await nap(min(Self.calm, configuration.refreshInterval.nanoseconds))
        await bell.wait(atMost: max(0, configuration.refreshInterval.nanoseconds - Self.calm))
      } catch {
        if Task.isCancelled { return }
        updates.failed(error)
        await nap(min(pause.next(), max(configuration.refreshInterval.nanoseconds, 1_000_000_000)))
      }
    }
  }

  private func refresh(_ found: inout FoundContainers) async throws {
    let running = try await engine.list("/containers/json" + query(filters))
    let board = engine.containers
    board.note(running: running.map { ($0.id, $0["State"]?.text == "paused") })
    found.keep(running, isRead: board.isRead)
    // The user's filters may say which states; then nothing is added to them.
    if filters["status"] != nil { return }
    let missed = board.started.filter { found[$0] == nil }
    if !missed.isEmpty {
      found.add(
        try await engine.list(
          "/containers/json?all=1&" + query(filters.merging(["id": missed]) { _, new in new }).dropFirst()))
    }
    // What a container wrote last while no agent ran.
    if found.isFirst {
      found.isFirst = false
      let ended = try? await engine.list(
        "/containers/json?all=1&"
          + query(filters.merging(["status": ["exited", "dead"]]) { _, new in new }).dropFirst())
      found.add((ended ?? []).filter { board.isKnown($0.id) })
    }
  }

  private var filters: [String: [String]] {
    Dictionary(grouping: configuration.filters, by: \.name).mapValues { $0.flatMap(\.values) }
  }

  /// `?filters={"label":{"logging=on":true}}`, escaped, as the daemon wants them; empty without any.
  private func query(_ filters: [String: [String]]) -> String {
    if filters.isEmpty { return "" }
    func quoted(_ text: String) -> String { JSONQuote.quote(text) }
    let all = filters.sorted { $0.key < $1.key }.map { name, values in
      "\(quoted(name)):{" + values.map { "\(quoted($0)):true" }.joined(separator: ",") + "}"
    }
    return "?filters=" + PercentEncoding.encode("{" + all.joined(separator: ",") + "}")
  }

  private func group(_ found: FoundContainers, _ networks: DockerNetworks) -> TargetGroup {
    let containers = found.all
    let byID = Dictionary(containers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let targets = containers.flatMap { self.targets(of: $0, byID, networks) }
    return TargetGroup(source: configuration.host, targets: targets, labels: .empty)
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
    // Podman names no network for containers in that of their host; a log needs none.
    if attached.isEmpty {
      common["__address__"] = configuration.hostNetworkingHost
      return [LabelSet(common)]
    }
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

/// Containers as the engine listed them, in its order.
private struct FoundContainers {
  private(set) var all: [JSONValue] = []
  /// Nothing was asked yet.
  var isFirst = true

  subscript(id: String) -> JSONValue? { all.first { $0.id == id } }

  /// Takes a new list over; of what is not in it only those stay that are read.
  mutating func keep(_ running: [JSONValue], isRead: (String) -> Bool) {
    let ids = Set(running.map(\.id))
    all = running + all.filter { !ids.contains($0.id) && isRead($0.id) }
  }

  mutating func add(_ containers: [JSONValue]) {
    let ids = Set(all.map(\.id))
    all += containers.filter { !ids.contains($0.id) }
  }
}

extension JSONValue {
  fileprivate var id: String { self["Id"]?.text ?? "" }
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
