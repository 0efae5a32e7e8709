import Glibc
import Syscalls

// Before any other thread exists, so that none of them is interrupted. The main thread then does nothing but wait for
// signals: were it left to the runtime, that would let them through again.
Signals.block()
Capabilities.raise()
let (signals, signalsIn) = AsyncStream.makeStream(of: Signals.Signal.self)
Task.detached {
  await Command.run(Array(CommandLine.arguments.dropFirst()), signals: signals)
  exit(0)
}
while true { signalsIn.yield(Signals.next()) }
