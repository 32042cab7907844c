#ifndef ZURUF_CLINUX_H
#define ZURUF_CLINUX_H
#endif
