#ifndef ZURUF_EDIT_H
#define ZURUF_EDIT_H
#include <histedit.h>
#endif
