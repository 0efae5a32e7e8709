import AgentConfiguration
import GoCompat
import LogModel

/// `dns_sd_configs`: what the DNS says of some names, asked in intervals.
struct DNSDiscoverer: Discoverer {
  private let configuration: DNSDiscoveryConfiguration
  private let resolver: @Sendable () -> ResolverConfiguration

  init(
    _ configuration: DNSDiscoveryConfiguration,
    resolver: @escaping @Sendable () -> ResolverConfiguration = { .system() }
  ) {
    self.configuration = configuration
    self.resolver = resolver
  }

  func run(_ updates: DiscoveryUpdates) async {
    let interval = configuration.refreshInterval.nanoseconds
    var pause = RetryPause()
    while !Task.isCancelled {
      var failure: (any Error)?
      // A name that cannot be asked for keeps its targets; the others go on.
      for name in configuration.names {
        do {
          updates.some([try await group(name)])
        } catch {
          if Task.isCancelled { return }
          failure = error
        }
      }
      if let failure {
        updates.failed(failure)
        await nap(min(pause.next(), max(interval, 1_000_000_000)))
      } else {
        pause = RetryPause()
        await nap(interval)
      }
    }
  }

  private func group(_ name: String) async throws -> TargetGroup {
    let type: DNSMessage.RecordType =
      switch configuration.type {
      case .a: .a
      case .aaaa: .aaaa
      case .srv: .srv
      case .mx: .mx
      case .ns: .ns
      }
    let records = try await DNSClient(configuration: resolver()).lookup(name, type)
    return TargetGroup(source: name, targets: records.map { target(name, $0) }, labels: .empty)
  }

  private func target(_ name: String, _ record: DNSMessage.Record) -> LabelSet {
    var labels = ["__meta_dns_name": name]
    var host: String
    var port = configuration.port
    switch record {
    case .address(let address): host = address
    case .srv(let target, let own):
      host = target
      port = own
      labels["__meta_dns_srv_record_target"] = target
      labels["__meta_dns_srv_record_port"] = String(own)
    case .mx(let target):
      host = target
      labels["__meta_dns_mx_record_target"] = target
    case .ns(let target):
      host = target
      labels["__meta_dns_ns_record_target"] = target
    }
    while host.hasSuffix("."), host.count > 1 { host.removeLast() }
    labels["__address__"] = MetaLabel.address(host, port)
    return LabelSet(labels)
  }
}
