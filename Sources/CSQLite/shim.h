#ifndef ZURUF_SQLITE_H
#define ZURUF_SQLITE_H
#include <sqlite3.h>
#endif
