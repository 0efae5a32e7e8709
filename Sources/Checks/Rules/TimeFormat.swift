import AgentConfiguration
import GoCompat
import YAMLSource

extension Check {
  static let timeFormat = Check("time-format", "a time format that is no layout of Go and so never fits") {
    configuration, findings in
    let names = [
      "ANSIC", "UnixDate", "RubyDate", "RFC822", "RFC822Z", "RFC850", "RFC1123", "RFC1123Z", "RFC3339", "RFC3339Nano",
      "Unix", "UnixMs", "UnixUs", "UnixNs",
    ]
    let parts = ["2006", "06", "Jan", "01", "02", "15", "03", "04", "05"]
    for (index, job) in configuration.scrapeConfigs.enumerated() {
      for (stage, path) in job.allStages(path: "scrape_configs[\(index)]") {
        guard case .timestamp(let timestamp) = stage.options else { continue }
        for format in [timestamp.format] + timestamp.fallbackFormats where !names.contains(format.text) {
          let text = format.text
          if text.contains("%") || ["yyyy", "YYYY", "HH:", "dd", "DD"].contains(where: text.contains) {
            findings.warn(
              "the time format \(text) is written as other programs want it", at: stage.location, path: path,
              hint: "write the layout of Go: 2006-01-02 15:04:05.000 -0700")
          } else if parts.count(where: text.contains) < 2 {
            findings.warn(
              "the time format \(text) is neither a name nor a layout: no time fits it", at: stage.location, path: path,
              hint: "use one of \(names.joined(separator: ", ")), or write 2006-01-02 15:04:05 in your form")
          }
        }
      }
    }
  }
}
