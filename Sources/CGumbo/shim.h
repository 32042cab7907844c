#ifndef ZURUF_GUMBO_H
#define ZURUF_GUMBO_H
#include <gumbo.h>
#endif
