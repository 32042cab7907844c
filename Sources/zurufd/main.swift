import DeskNet
import DeskServer
import Glibc

// Keys, passwords and texts pass through all commands but `deliver`, which has nothing but its caller's message.
if CommandLine.arguments.dropFirst().first != "deliver" {
    do { try hideMemory() } catch { Console.process.complain("zurufd: \(error)") }
}
returnLargeBlocks()
exit(Shell.run(.process))
