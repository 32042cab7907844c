// A VFS that lies on top of the system's own (sqlite.org/vfs.html, "shims").
//
// What a transaction appends to the write-ahead log is gathered, and written with the frame that commits it: one write
// instead of two for each page. SQLite makes frames visible to readers only behind the frame that commits them (wal.c,
// sqlite3WalFrames), so no reader is told of one that is still here. A write that fails fails the call that commits.
// Should SQLite read, measure, cut or sync the log before, what is gathered is written first.
//
// The write lock of the wal-index (wal.c, WAL_WRITE_LOCK, slot 0) stays taken from the first transaction on.
#include "sole_writer.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

// A frame is a header of 24 bytes and a page; bytes 4 to 7 are not 0 if it commits (fileformat2.html, section 4.1).
// What is gathered stays below 128 KiB, of which SQLite's unix VFS writes nothing and reports a full disk (os_unix.c,
// seekAndWriteFd, takes the length modulo 128 KiB).
enum { gathered_at_most = 64 * 1024, frame_header = 24, write_lock = 0 };

struct shim_file {
    sqlite3_file base;
    sqlite3_file *real;
    // Of the log: what was written behind `start` and has not reached the file yet.
    unsigned char *gathered;
    int count;
    sqlite3_int64 start;
    // Of the log: whether the next write is the page of a frame that commits.
    int is_committing;
    // Of the database: whether the write lock is taken.
    int holds_write_lock;
};

static sqlite3_file *real(sqlite3_file *file) {
    return ((struct shim_file *)file)->real;
}

// After an error nothing is kept: SQLite rolls back and writes the frames again, if at all.
static int flush(sqlite3_file *file) {
    struct shim_file *log = (struct shim_file *)file;
    int count = log->count;
    if (count == 0) return SQLITE_OK;
    log->count = 0;
    return log->real->pMethods->xWrite(log->real, log->gathered, count, log->start);
}

static int commits(const unsigned char *bytes, int count) {
    return count == frame_header && (bytes[4] | bytes[5] | bytes[6] | bytes[7]);
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct shim_file *log = (struct shim_file *)file;
    int is_last = log->is_committing;
    log->is_committing = commits(bytes, count);
    if (log->count > 0 && (offset != log->start + log->count || count > gathered_at_most - log->count)) {
        int code = flush(file);
        if (code != SQLITE_OK) return code;
    }
    if (count > gathered_at_most) return log->real->pMethods->xWrite(log->real, bytes, count, offset);
    if (log->count == 0) log->start = offset;
    memcpy(log->gathered + log->count, bytes, count);
    log->count += count;
    return is_last ? flush(file) : SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    int code = flush(file);
    return code == SQLITE_OK ? real(file)->pMethods->xRead(real(file), bytes, count, offset) : code;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int code = flush(file);
    return code == SQLITE_OK ? real(file)->pMethods->xTruncate(real(file), size) : code;
}

static int log_sync(sqlite3_file *file, int flags) {
    int code = flush(file);
    return code == SQLITE_OK ? real(file)->pMethods->xSync(real(file), flags) : code;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
    int code = flush(file);
    return code == SQLITE_OK ? real(file)->pMethods->xFileSize(real(file), size) : code;
}

static int log_close(sqlite3_file *file) {
    int code = flush(file);
    int closed = real(file)->pMethods->xClose(real(file));
    free(((struct shim_file *)file)->gathered);
    return code == SQLITE_OK ? closed : code;
}

static int database_close(sqlite3_file *file) {
    return real(file)->pMethods->xClose(real(file));
}

static int database_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), bytes, count, offset);
}

static int database_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    return real(file)->pMethods->xWrite(real(file), bytes, count, offset);
}

static int database_truncate(sqlite3_file *file, sqlite3_int64 size) {
    return real(file)->pMethods->xTruncate(real(file), size);
}

static int database_sync(sqlite3_file *file, int flags) {
    return real(file)->pMethods->xSync(real(file), flags);
}

static int database_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}

static int any_lock(sqlite3_file *file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}

static int any_unlock(sqlite3_file *file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}

static int any_check_reserved(sqlite3_file *file, int *result) {
    return real(file)->pMethods->xCheckReservedLock(real(file), result);
}

static int any_control(sqlite3_file *file, int operation, void *argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

static int any_sector_size(sqlite3_file *file) {
    return real(file)->pMethods->xSectorSize(real(file));
}

static int any_characteristics(sqlite3_file *file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int database_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

static int database_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    struct shim_file *database = (struct shim_file *)file;
    int is_write_lock = offset == write_lock && count == 1 && flags & SQLITE_SHM_EXCLUSIVE;
    if (is_write_lock && database->holds_write_lock) return SQLITE_OK;
    int code = database->real->pMethods->xShmLock(database->real, offset, count, flags);
    if (is_write_lock && code == SQLITE_OK) database->holds_write_lock = 1;
    return code;
}

static void database_barrier(sqlite3_file *file) {
    real(file)->pMethods->xShmBarrier(real(file));
}

static int database_unmap(sqlite3_file *file, int is_deleting) {
    struct shim_file *database = (struct shim_file *)file;
    if (database->holds_write_lock) {
        int flags = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;
        database->real->pMethods->xShmLock(database->real, write_lock, 1, flags);
        database->holds_write_lock = 0;
    }
    return database->real->pMethods->xShmUnmap(database->real, is_deleting);
}

static int database_fetch(sqlite3_file *file, sqlite3_int64 offset, int count, void **memory) {
    return real(file)->pMethods->xFetch(real(file), offset, count, memory);
}

static int database_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *memory) {
    return real(file)->pMethods->xUnfetch(real(file), offset, memory);
}

static const sqlite3_io_methods log_methods = {
    1, log_close, log_read, log_write, log_truncate, log_sync, log_size, any_lock, any_unlock, any_check_reserved,
    any_control, any_sector_size, any_characteristics, NULL, NULL, NULL, NULL, NULL, NULL,
};

static const sqlite3_io_methods database_methods = {
    3, database_close, database_read, database_write, database_truncate, database_sync, database_size, any_lock,
    any_unlock, any_check_reserved, any_control, any_sector_size, any_characteristics, database_map,
    database_shm_lock, database_barrier, database_unmap, database_fetch, database_unfetch,
};

static sqlite3_vfs *system_vfs;

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *opened) {
    (void)vfs;
    // Journals and temporary files need nothing of this.
    if (!(flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)))
        return system_vfs->xOpen(system_vfs, path, file, flags, opened);
    struct shim_file *made = (struct shim_file *)file;
    memset(made, 0, sizeof *made);
    made->real = (sqlite3_file *)(made + 1);
    if (flags & SQLITE_OPEN_WAL && !(made->gathered = malloc(gathered_at_most))) return SQLITE_NOMEM;
    int code = system_vfs->xOpen(system_vfs, path, made->real, flags, opened);
    if (made->real->pMethods) {
        file->pMethods = flags & SQLITE_OPEN_WAL ? &log_methods : &database_methods;
    } else {
        free(made->gathered);
    }
    return code;
}

static int registered = SQLITE_ERROR;

static void register_once(void) {
    static sqlite3_vfs made;
    system_vfs = sqlite3_vfs_find(NULL);
    if (!system_vfs) return;
    made = *system_vfs;
    made.pNext = NULL;
    made.zName = DESK_SOLE_WRITER;
    made.szOsFile = (int)sizeof(struct shim_file) + system_vfs->szOsFile;
    made.xOpen = open_file;
    registered = sqlite3_vfs_register(&made, 0);
}

int desk_register_sole_writer(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_once);
    return registered;
}
