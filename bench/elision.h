/* What the stand-in dialer needs to know of the document's API. */
#ifndef ELISION_H
#define ELISION_H

#include <stddef.h>

struct buffer { char *data; size_t length, capacity; };

/* Leads created since the last forget_created_leads(); distinct counts phone numbers. */
struct created_leads { size_t leads, distinct, singles, multis; };
extern struct created_leads created_leads;

void *must(void *memory);
void reserve(struct buffer *b, size_t more);
void append(struct buffer *b, const char *text);

/* The decoded value of one form parameter in memory of its own, or NULL. */
char *form_value(const char *form, size_t length, const char *name);

/* Appends the JSON answer to one request; Lead IDs never repeat while the process lives. */
void answer_form(struct buffer *b, const char *form, size_t length);

void forget_created_leads(void);

#endif
