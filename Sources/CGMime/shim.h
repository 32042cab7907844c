#ifndef ZURUF_GMIME_H
#define ZURUF_GMIME_H
#include <gmime/gmime.h>
#include <string.h>

/* Declared under _GNU_SOURCE, which would define types a second time beside `import Glibc`. */
extern void *memmem(const void *bytes, size_t count, const void *wanted, size_t length);
/* Where `wanted` begins in the bytes, -1 if it is not in them. */
static inline ssize_t desk_find(const unsigned char *bytes, size_t count, const char *wanted, size_t length) {
    const unsigned char *found = (const unsigned char *)memmem(bytes, count, wanted, length);
    return found ? found - bytes : -1;
}

/* GObject's type tests and casts are macros, which Swift does not import. */
static inline int desk_is_multipart(GMimeObject *o) { return GMIME_IS_MULTIPART(o); }
static inline int desk_is_part(GMimeObject *o) { return GMIME_IS_PART(o); }
static inline int desk_is_message_part(GMimeObject *o) { return GMIME_IS_MESSAGE_PART(o); }
static inline int desk_is_mailbox(InternetAddress *a) { return INTERNET_ADDRESS_IS_MAILBOX(a); }
static inline int desk_is_group(InternetAddress *a) { return INTERNET_ADDRESS_IS_GROUP(a); }
static inline GMimeMultipart *desk_multipart(GMimeObject *o) { return (GMimeMultipart *)o; }
static inline GMimePart *desk_part(GMimeObject *o) { return (GMimePart *)o; }
static inline GMimeMessagePart *desk_message_part(GMimeObject *o) { return (GMimeMessagePart *)o; }
static inline GMimeObject *desk_object(GMimeMessage *m) { return (GMimeObject *)m; }
static inline GMimeObject *desk_text_object(GMimeTextPart *t) { return (GMimeObject *)t; }
static inline GMimePart *desk_text_leaf(GMimeTextPart *t) { return (GMimePart *)t; }
static inline InternetAddressMailbox *desk_mailbox(InternetAddress *a) { return (InternetAddressMailbox *)a; }
static inline InternetAddressGroup *desk_group(InternetAddress *a) { return (InternetAddressGroup *)a; }

/* g_object_unref takes a gpointer, to which Swift would need a cast for each type. */
static inline void desk_unref(void *o) { if (o) g_object_unref(o); }

/* The casts to GMimeStreamMem and GMimeStreamNull are macros. The caller keeps ownership of the array. */
static inline GMimeStream *desk_sink(GByteArray *a) {
    GMimeStream *s = g_mime_stream_mem_new();
    g_mime_stream_mem_set_byte_array((GMimeStreamMem *)s, a);
    g_mime_stream_mem_set_owner((GMimeStreamMem *)s, 0);
    return s;
}
static inline size_t desk_null_written(GMimeStream *s) { return ((GMimeStreamNull *)s)->written; }
#endif
