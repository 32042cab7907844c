#ifndef ZURUF_SOLE_WRITER_H
#define ZURUF_SOLE_WRITER_H

/// The name under which `desk_register_sole_writer` makes the VFS known to SQLite.
#define DESK_SOLE_WRITER "desk-sole-writer"

/// Registers the VFS, once for the process; gives SQLite's result code. Any thread may call it.
///
/// A connection opened with it must be the only one that writes to its file while it is open, in WAL mode. It saves, in
/// every transaction, taking and giving back the write lock, and a system call for each frame and each frame's header.
int desk_register_sole_writer(void);

#endif
