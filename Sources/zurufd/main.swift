import DeskNet
import DeskServer
import Glibc

let output = StandardOutput()
let console = Console.process(output)
let isDeliver = CommandLine.arguments.dropFirst().first == "deliver"
// Keys, passwords and texts pass through all commands but `deliver`, which has nothing but its caller's message.
if !isDeliver {
    do { try hideMemory() } catch { console.complain("zurufd: \(error)") }
}
returnLargeBlocks()
let status = Shell.run(console)
// What `deliver` prints is for people alone: its status says whether the desk has the message.
guard status == 0, !isDeliver, let complaint = output.complaint else { exit(status) }
console.complain("zurufd: \(complaint)")
exit(1)
