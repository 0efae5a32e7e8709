import Glibc
import Syscalls
import Telemetry

/// The `process_*` families that every Prometheus client shows, read from /proc when the page is asked for.
enum ProcessMetrics {
  static func register(in registry: MetricRegistry, version: String) {
    let started = Double(Clock.wall()) / 1e9
    func gauge(_ name: String, _ help: String, _ kind: MetricKind = .gauge, _ value: @escaping @Sendable () -> Double?)
    {
      registry.computed(name, help, kind: kind) { value().map { [(labels: [], value: $0)] } ?? [] }
    }
    registry.computed("promtail_build_info", "Which program this is; constant 1.") {
      [
        (
          labels: [
            ("version", version), ("revision", ""), ("branch", ""), ("tags", "swiftail"), ("goversion", ""),
            ("goos", "linux"), ("goarch", architecture),
          ], value: 1
        )
      ]
    }
    gauge("process_start_time_seconds", "When the process began, in seconds since 1970.") { started }
    gauge("process_cpu_seconds_total", "Processor time used, user and system.", .counter) {
      var usage = rusage()
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
    gauge("process_resident_memory_bytes", "Memory in use.") { memory(1) }
    gauge("process_virtual_memory_bytes", "Address space in use.") { memory(0) }
    gauge("process_virtual_memory_max_bytes", "Address space that may be used; -1 for any.") {
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
      return limit.rlim_cur == .max ? -1 : Double(limit.rlim_cur)
    }
    gauge("process_network_receive_bytes_total", "Bytes that the machine received.", .counter) { network("InOctets") }
    gauge("process_network_transmit_bytes_total", "Bytes that the machine sent.", .counter) { network("OutOctets") }
    gauge("process_open_fds", "Open file descriptors.") {
      guard case .success(let entries) = LinuxFileSystem().entries(of: "/proc/self/fd") else { return nil }
      return Double(entries.count)
    }
    gauge("process_max_fds", "File descriptors that may be open.") {
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      return Double(limit.rlim_cur)
    }
    // Dashboards made for Promtail ask for it; threads are what is nearest to it here.
    gauge("go_goroutines", "Threads of the process, under the name that dashboards know.") {
      guard case .success(let entries) = LinuxFileSystem().entries(of: "/proc/self/task") else { return nil }
      return Double(entries.count)
    }
  }

  /// A field of /proc/self/statm, which counts pages.
  static func memory(_ field: Int) -> Double? {
    guard case .success(let bytes) = LinuxFileSystem().readWhole("/proc/self/statm") else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    return field < words.count ? Double(words[field]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) } : nil
  }

  /// A count of /proc/self/net/netstat: names in one line, values in the next.
  private static func network(_ name: String) -> Double? {
    guard case .success(let bytes) = LinuxFileSystem().readWhole("/proc/self/net/netstat") else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("IpExt:") }
    guard lines.count == 2, let place = lines[0].split(separator: " ").firstIndex(where: { $0 == name }) else {
      return nil
    }
    let values = lines[1].split(separator: " ")
    return place < values.count ? Double(values[place]) : nil
  }

  private static var architecture: String {
    #if arch(arm64)
      "arm64"
    #else
      "amd64"
    #endif
  }
}
