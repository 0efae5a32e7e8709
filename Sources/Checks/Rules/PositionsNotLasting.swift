import AgentConfiguration
import YAMLSource

extension Check {
  static let positionsNotLasting = Check(
    "positions-not-lasting", "positions lie where a restart or a reboot removes them"
  ) { configuration, findings in
    let path = configuration.positions.filename
    let places = [
      ("/tmp/", "a restart of the container, or a reboot, empties it"),
      ("/var/tmp/", "a restart of the container empties it"),
      ("/run/", "a reboot, or a restart of the container, empties it"),
      ("/var/run/", "a reboot, or a restart of the container, empties it"),
      ("/dev/shm/", "a reboot empties it"),
    ]
    guard let (place, why) = places.first(where: { path.hasPrefix($0.0) }) else { return }
    if path.hasPrefix("/run/promtail/") {
      // Where Promtail's chart keeps them, in a folder of the node.
      findings.warn(
        "positions are kept in \(path): on a node a reboot empties it, and every file is then sent again from its beginning",
        at: configuration.positions.location, path: "positions.filename",
        hint:
          "Swiftail's chart mounts /var/lib/swiftail of the node there, which lasts; elsewhere choose a folder that does"
      )
      return
    }
    findings.warn(
      "positions are kept in \(path): \(why), and every file is then sent again from its beginning",
      at: configuration.positions.location, path: "positions.filename",
      hint: "keep them on a volume that lasts, such as /var/lib/promtail/positions.yaml, not in \(place)")
  }
}
