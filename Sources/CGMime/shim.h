#ifndef ZURUF_GMIME_H
#define ZURUF_GMIME_H
#include <gmime/gmime.h>
#endif
