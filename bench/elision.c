/* The document's API: form parameters in, its JSON answers out, and a count of the leads that were created. */
#define _GNU_SOURCE
#include "elision.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LEAD_ID 1764
#define VALUE_MAX 256

struct created_leads created_leads;

static uint64_t next_lead_id = FIRST_LEAD_ID;
static uint64_t *phones;            /* open addressing, 0 = empty */
static size_t phones_capacity;

void *must(void *memory) {
    if (!memory) { fputs("dialer: out of memory\n", stderr); exit(1); }
    return memory;
}

void reserve(struct buffer *b, size_t more) {
    if (b->length + more <= b->capacity) return;
    while (b->length + more > b->capacity) b->capacity = b->capacity ? b->capacity * 2 : 2048;
    b->data = must(realloc(b->data, b->capacity));
}

void append(struct buffer *b, const char *text) {
    size_t n = strlen(text);
    reserve(b, n + 1);
    memcpy(b->data + b->length, text, n);
    b->length += n;
}

/* ---- counting --------------------------------------------------------------------------------------------------- */

static int phones_insert(uint64_t *table, size_t capacity, uint64_t phone) {
    size_t i = (phone * 0x9E3779B97F4A7C15ULL) & (capacity - 1);
    while (table[i]) {
        if (table[i] == phone) return 0;
        i = (i + 1) & (capacity - 1);
    }
    table[i] = phone;
    return 1;
}

static void count_lead(const char *phone_text) {
    uint64_t phone = strtoull(phone_text, NULL, 10) + 1;   /* +1: zero marks an empty slot */
    created_leads.leads++;
    if (created_leads.distinct * 2 >= phones_capacity) {
        size_t larger = phones_capacity ? phones_capacity * 2 : 1u << 16;
        uint64_t *table = must(calloc(larger, sizeof *table));
        for (size_t i = 0; i < phones_capacity; i++)
            if (phones[i]) phones_insert(table, larger, phones[i]);
        free(phones);
        phones = table;
        phones_capacity = larger;
    }
    created_leads.distinct += phones_insert(phones, phones_capacity, phone);
}

void forget_created_leads(void) {
    memset(&created_leads, 0, sizeof created_leads);
    free(phones);
    phones = NULL;
    phones_capacity = 0;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

char *form_value(const char *form, size_t length, const char *name) {
    size_t name_length = strlen(name);
    const char *end = form + length;
    for (const char *p = form; p < end;) {
        const char *stop = memchr(p, '&', end - p);
        if (!stop) stop = end;
        if ((size_t)(stop - p) > name_length && !memcmp(p, name, name_length) && p[name_length] == '=') {
            char *value = must(malloc(stop - p)), *w = value;
            for (const char *r = p + name_length + 1; r < stop; r++) {
                if (*r == '%' && stop - r > 2 && hex(r[1]) >= 0 && hex(r[2]) >= 0) {
                    *w++ = (char)(hex(r[1]) * 16 + hex(r[2]));
                    r += 2;
                } else {
                    *w++ = *r == '+' ? ' ' : *r;
                }
            }
            *w = 0;
            return value;
        }
        p = stop + 1;
    }
    return NULL;
}

/* Copies a JSON string or number as it stands (escapes kept, so it may be echoed); returns what follows it. */
static const char *json_scalar(const char *p, char *into) {
    size_t n = 0;
    if (*p == '"') {
        for (p++; *p && *p != '"'; p++) {
            if (n < VALUE_MAX - 3) into[n++] = *p;
            if (*p == '\\' && p[1]) {
                p++;
                if (n < VALUE_MAX - 2) into[n++] = *p;
            }
        }
        if (*p) p++;
    } else {
        for (; *p && !strchr(",}] \t\r\n", *p); p++)
            if (n < VALUE_MAX - 1) into[n++] = *p;
    }
    into[n] = 0;
    return p;
}

struct lead { char phone[VALUE_MAX], list[VALUE_MAX], prospects[VALUE_MAX]; };

/* The next flat object of the array, or NULL at its end. */
static const char *json_lead(const char *p, struct lead *lead) {
    char key[VALUE_MAX], value[VALUE_MAX];
    memset(lead, 0, sizeof *lead);
    while (*p && *p != '{') p++;
    if (!*p) return NULL;
    for (p++; *p && *p != '}';) {
        if (*p != '"') { p++; continue; }
        p = json_scalar(p, key);
        while (*p && strchr(": \t\r\n", *p)) p++;
        p = json_scalar(p, value);
        if (!strcmp(key, "phone_number")) strcpy(lead->phone, value);
        else if (!strcmp(key, "list_id")) strcpy(lead->list, value);
        else if (!strcmp(key, "prospects_id")) strcpy(lead->prospects, value);
    }
    return *p ? p + 1 : NULL;
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

static void created(struct buffer *b, const struct lead *lead, int number) {
    char text[4 * VALUE_MAX + 256];
    uint64_t id = next_lead_id++;
    count_lead(lead->phone);
    if (number)
        snprintf(text, sizeof text,
                 "%s\"lead %d\":{\"success\":\"true\",\"message\":\"add_multi_lead RECORD(S) CREATED\",\"data\":"
                 "{\"Phone Number\":\"%s\",\"List ID\":\"%s\",\"Lead ID\":%llu,\"Status\":\"NEW\"",
                 number > 1 ? "," : "", number, lead->phone, lead->list, (unsigned long long)id);
    else
        snprintf(text, sizeof text,
                 "{\"success\":\"true\",\"message\":\"add_lead LEAD CREATED SUCCESSFULLY\",\"data\":"
                 "{\"Phone Number\":\"%s\",\"List ID\":\"%s\",\"Lead ID\":\"%llu\",\"Status\":\"NEW\"",
                 lead->phone, lead->list, (unsigned long long)id);
    append(b, text);
    if (lead->prospects[0]) {
        snprintf(text, sizeof text, ",\"Prospects Id\":\"%s\"", lead->prospects);
        append(b, text);
    }
    append(b, "}}");
}

static void keep_plain(char *into, char *value) {
    size_t n = 0;
    for (char *p = value; p && *p && n < VALUE_MAX - 1; p++)
        if (*p != '"' && *p != '\\' && (unsigned char)*p >= ' ') into[n++] = *p;
    into[n] = 0;
    free(value);
}

static void answer_multi(struct buffer *b, const char *leads) {
    struct lead lead;
    int number = 0;
    created_leads.multis++;
    append(b, "{");
    for (const char *p = leads; (p = json_lead(p, &lead));) created(b, &lead, ++number);
    append(b, "}");
}

void answer_form(struct buffer *b, const char *form, size_t length) {
    char *multi = form_value(form, length, "multi_leads");
    char *action = form_value(form, length, "action");
    if (!action || !*action) {
        append(b, "{\"status\":\"false\",\"message\":\"PLEASE ENTER ACTION VALUE\"}");
    } else if (multi) {
        answer_multi(b, multi);
    } else if (strcmp(action, "add_lead")) {
        append(b, "{\"status\":\"false\",\"message\":\"ENTERED ACTION IS NOT VALID\"}");
    } else {
        struct lead lead;
        keep_plain(lead.phone, form_value(form, length, "phone_number"));
        keep_plain(lead.list, form_value(form, length, "list_id"));
        keep_plain(lead.prospects, form_value(form, length, "prospects_id"));
        created_leads.singles++;
        if (lead.phone[0]) created(b, &lead, 0);
        else append(b, "{\"success\":\"false\",\"message\":\"add_lead PHONE NUMBER IS REQUIRED\"}");
    }
    free(multi);
    free(action);
}

