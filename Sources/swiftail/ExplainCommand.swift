import ArgumentParser
import Glibc
import HTTPEdge

/// `swiftail explain`: asks a running agent why a pod, a path or a label is in Loki or not.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tells why a pod, a container, a file or a label is in Loki or not: asks a running agent.",
    discussion: """
      swiftail explain web-5d4f8c7b9d-x2x7p       a pod or container, or a part of any label's value
      swiftail explain /var/log/pods/…/0.log      a file: which target reads it, and how far
      swiftail explain 'namespace="team-a"'       targets with a label, before or after relabelling; =, !=, =~ and !~
      Shows for each target what was discovered, what each relabelling rule made of it (with its line in the file),
      the pattern, the files it matches, and how far they are acknowledged.
      Exit status: 0 something is read, 1 nothing is, 2 the agent could not be asked, 64 the arguments are wrong.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Argument(help: "A pod, a container, a path or a label matcher.")
  var question: String

  @Option(help: "Where the agent's server is, http_path_prefix included.")
  var server = "http://127.0.0.1:3101"

  @Option(help: "text or json.")
  var format = Format.text

  func run() async throws {
    let base = server.hasSuffix("/") ? String(server.dropLast()) : server
    let url = "\(base)/explain?format=\(format.rawValue)&query=\(PercentEncoding.encode(question))"
    let answer: WebAnswer
    do {
      answer = try await WebClient(WebClientSettings()).send(
        WebRequest(url, timeout: 30_000_000_000), keeping: 64 << 20)
    } catch {
      Command.fail("no agent answers: \(error); --server says where it is", status: 2)
    }
    guard answer.status == 200 else {
      Command.fail("\(base) answered with status \(answer.status): \(answer.text)", status: 2)
    }
    print(answer.text, terminator: "")
    if answer["X-Swiftail-Read"] != "true" { throw ExitCode(1) }
  }
}
