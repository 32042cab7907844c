import DeskServer
import Glibc

exit(Shell.run(.process))
