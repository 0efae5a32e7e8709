import AgentConfiguration
import GoCompat
import HTTPEdge
import LogModel

/// `consul_sd_configs`: the instances of services in Consul's catalogue. Consul answers when something has changed.
struct ConsulDiscoverer: Discoverer {
  private static let prefix = "__meta_consul_"

  private let configuration: ConsulDiscoveryConfiguration
  private let connection: ConsulConnection
  private let service: ConsulService

  init(_ configuration: ConsulDiscoveryConfiguration, userAgent: String) throws {
    self.configuration = configuration
    connection = try ConsulConnection(
      configuration.query, pathPrefix: configuration.pathPrefix, namespace: configuration.namespace,
      partition: configuration.partition, settings: WebClientSettings(configuration.http, userAgent: userAgent))
    service = ConsulService(prefix: Self.prefix, tagSeparator: configuration.query.tagSeparator)
  }

  func run(_ updates: DiscoveryUpdates) async {
    let query = configuration.query
    // Only names: no need to ask which there are.
    if !query.services.isEmpty, query.tags.isEmpty {
      await withDiscardingTaskGroup { group in
        for name in Set(query.services) { group.addTask { await watch(name, updates) } }
      }
    } else {
      await watchCatalogue(updates)
    }
  }

  private var nodeMeta: [(String, String)] {
    configuration.query.nodeMeta.pairs.map { ("node-meta", "\($0.name):\($0.text)") }
  }

  /// Watches every service that is to be watched for as long as the catalogue has it.
  private func watchCatalogue(_ updates: DiscoveryUpdates) async {
    var watches: [String: Task<Void, Never>] = [:]
    var index: String?
    var pause = RetryPause()
    while !Task.isCancelled {
      do {
        var parameters = nodeMeta
        if !configuration.filter.isEmpty { parameters.append(("filter", configuration.filter)) }
        let answer = try await connection.get("/v1/catalog/services", parameters, index: index)
        pause = RetryPause()
        if let new = answer.index, new == index {
          await nap(Self.shortest(configuration))
          continue
        }
        index = answer.index
        let wanted = Set(answer.document.members.filter(isWanted).map(\.name))
        for (name, task) in watches where !wanted.contains(name) {
          task.cancel()
          watches[name] = nil
          updates.some([.gone(name)])
        }
        for name in wanted where watches[name] == nil {
          watches[name] = Task { await watch(name, updates) }
        }
        if wanted.isEmpty { updates.some([]) }
        await nap(Self.shortest(configuration))
      } catch {
        if Task.isCancelled { break }
        updates.failed(error)
        await nap(pause.next())
      }
    }
    for task in watches.values { task.cancel() }
  }

  private func isWanted(_ entry: (name: String, value: JSONValue)) -> Bool {
    let query = configuration.query
    if !query.services.isEmpty, !query.services.contains(entry.name) { return false }
    let tags = Set(entry.value.elements.compactMap(\.text))
    return query.tags.allSatisfy(tags.contains)
  }

  /// Between two questions, lest a busy catalogue be asked all the time.
  private static func shortest(_ configuration: ConsulDiscoveryConfiguration) -> Int64 {
    configuration.query.refreshInterval.nanoseconds
  }

  private func watch(_ name: String, _ updates: DiscoveryUpdates) async {
    var index: String?
    var pause = RetryPause()
    while !Task.isCancelled {
      do {
        var parameters = configuration.query.tags.map { ("tag", $0) } + nodeMeta
        if !configuration.healthFilter.isEmpty { parameters.append(("filter", configuration.healthFilter)) }
        let answer = try await connection.get(
          "/v1/health/service/" + PercentEncoding.encode(name), parameters, index: index)
        pause = RetryPause()
        if Task.isCancelled { return }
        if answer.index == nil || answer.index != index {
          index = answer.index
          updates.some([
            TargetGroup(source: name, targets: answer.document.elements.map { target($0) }, labels: .empty)
          ])
        }
        await nap(Self.shortest(configuration))
      } catch {
        if Task.isCancelled { return }
        updates.failed(error)
        await nap(pause.next())
      }
    }
  }

  private func target(_ entry: JSONValue) -> LabelSet {
    let node = entry["Node"] ?? .null
    let instance = entry["Service"] ?? .null
    var labels = service.labels(instance, nodeAddress: node["Address"]?.text ?? "")
    labels[Self.prefix + "node"] = node["Node"]?.text ?? ""
    labels[Self.prefix + "dc"] = node["Datacenter"]?.text ?? configuration.query.datacenter
    labels[Self.prefix + "health"] = ConsulHealth.of(entry["Checks"]?.elements ?? [])
    labels[Self.prefix + "namespace"] = instance["Namespace"]?.text ?? ""
    labels[Self.prefix + "partition"] = instance["Partition"]?.text ?? ""
    labels.merge(service.labels("metadata", node["Meta"])) { $1 }
    labels.merge(service.labels("tagged_address", node["TaggedAddresses"])) { $1 }
    return LabelSet(labels)
  }
}
