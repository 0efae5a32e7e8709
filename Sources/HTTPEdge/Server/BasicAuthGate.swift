import HTTPTypes
import Hummingbird

/// Lets only requests through that bring user and password (RFC 7617).
struct BasicAuthGate: RouterMiddleware {
  typealias Context = BasicRequestContext

  let expected: ServerOptions.BasicAuth

  func handle(
    _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    if try isAllowed(request.headers[.authorization]) { return try await next(request, context) }
    var answer = Response.text("401 Unauthorized\n", status: .unauthorized)
    answer.headers[.wwwAuthenticate] = "Basic realm=\"swiftail\", charset=\"UTF-8\""
    return answer
  }

  private func isAllowed(_ header: String?) throws -> Bool {
    guard let header, header.lowercased().hasPrefix("basic "), let given = Base64.decode(header.dropFirst(6)) else {
      return false
    }
    let wanted = Array("\(try expected.user.read()):\(try expected.password.read())".utf8)
    // Every byte is looked at, so that the time taken tells nothing.
    var difference = given.count ^ wanted.count
    for index in 0..<max(given.count, wanted.count) {
      difference |= Int((index < given.count ? given[index] : 0) ^ (index < wanted.count ? wanted[index] : 0))
    }
    return difference == 0
  }
}
