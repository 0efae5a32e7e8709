import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// From requests to answers. Hummingbird's `Application` does the same and also wakes up once a second to write the date
/// that answers bear, whether anybody asks or not.
struct Answering: Sendable {
  let responder: RouterResponder<BasicRequestContext>
  let logger: Logger

  func answer(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
    let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
    var response: Response
    do {
      response = try await responder.respond(to: request, context: context)
    } catch let error as HTTPParserError {
      // The channel answers it.
      throw error
    } catch {
      response = Response(status: .internalServerError)
    }
    response.headers[.date] = Self.date(Glibc.time(nil))
    do {
      try await writer.write(response: response.head, body: response.body)
    } catch is HTTPParserError {
      // An answer was begun, so the channel may not begin another one.
      throw BrokenRequest()
    }
  }

  private struct BrokenRequest: Error {}

  /// As the `Date` header has it: RFC 9110, 5.6.7.
  static func date(_ time: time_t) -> String {
    var (time, parts) = (time, tm())
    gmtime_r(&time, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { text in
      // The names are English: nobody sets a locale.
      strftime(text.baseAddress!, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      return String(cString: text.baseAddress!)
    }
  }
}
