import Syscalls

// Before any thread exists, so that none of them is interrupted.
Signals.block()
await Command.run(Array(CommandLine.arguments.dropFirst()))
