#include "CMaxMindDB.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct cmmdb {
  MMDB_s db;
};

struct cmmdb_values {
  MMDB_entry_data_list_s *first, *next;
};

cmmdb *cmmdb_open(const char *path, const char **why) {
  cmmdb *database = calloc(1, sizeof *database);
  int status = database ? MMDB_open(path, MMDB_MODE_MMAP, &database->db) : MMDB_OUT_OF_MEMORY_ERROR;
  if (status == MMDB_SUCCESS) return database;
  *why = MMDB_strerror(status);
  free(database);
  return NULL;
}

void cmmdb_close(cmmdb *database) {
  MMDB_close(&database->db);
  free(database);
}

uint32_t cmmdb_find(const cmmdb *database, const uint8_t *address, size_t count) {
  struct sockaddr_storage storage;
  memset(&storage, 0, sizeof storage);
  if (count == 4) {
    struct sockaddr_in *in = (struct sockaddr_in *)&storage;
    in->sin_family = AF_INET;
    memcpy(&in->sin_addr, address, 4);
  } else {
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)&storage;
    in->sin6_family = AF_INET6;
    memcpy(&in->sin6_addr, address, 16);
  }
  int error = MMDB_SUCCESS;
  MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&database->db, (const struct sockaddr *)&storage, &error);
  return error == MMDB_SUCCESS && found.found_entry ? found.entry.offset : 0;
}

static cmmdb_value value(const MMDB_entry_data_s *data) {
  cmmdb_value out = {CMMDB_OTHER, NULL, 0, 0};
  if (!data->has_data) return out;
  switch (data->type) {
    case MMDB_DATA_TYPE_UTF8_STRING:
    case MMDB_DATA_TYPE_BYTES:
      out.kind = CMMDB_TEXT;
      out.bytes = data->type == MMDB_DATA_TYPE_BYTES ? data->bytes : (const uint8_t *)data->utf8_string;
      out.count = data->data_size;
      break;
    case MMDB_DATA_TYPE_DOUBLE: out.kind = CMMDB_NUMBER; out.number = data->double_value; break;
    case MMDB_DATA_TYPE_FLOAT: out.kind = CMMDB_NUMBER; out.number = data->float_value; break;
    case MMDB_DATA_TYPE_UINT16: out.kind = CMMDB_NUMBER; out.number = data->uint16; break;
    case MMDB_DATA_TYPE_UINT32: out.kind = CMMDB_NUMBER; out.number = data->uint32; break;
    case MMDB_DATA_TYPE_UINT64: out.kind = CMMDB_NUMBER; out.number = (double)data->uint64; break;
    case MMDB_DATA_TYPE_INT32: out.kind = CMMDB_NUMBER; out.number = data->int32; break;
    case MMDB_DATA_TYPE_BOOLEAN: out.kind = CMMDB_TRUTH; out.number = data->boolean; break;
    case MMDB_DATA_TYPE_MAP: out.kind = CMMDB_MAP; out.count = data->data_size; break;
    case MMDB_DATA_TYPE_ARRAY: out.kind = CMMDB_ARRAY; out.count = data->data_size; break;
    default: break;
  }
  return out;
}

// By `cmmdb_field`. The most specific subdivision stands last.
static const char *const paths[][5] = {
    {"city", "names", "en"},
    {"country", "names", "en"},
    {"continent", "names", "en"},
    {"continent", "code"},
    {"location", "latitude"},
    {"location", "longitude"},
    {"postal", "code"},
    {"location", "time_zone"},
    {"subdivisions", "-1", "names", "en"},
    {"subdivisions", "-1", "iso_code"},
    {"autonomous_system_number"},
    {"autonomous_system_organization"},
};

cmmdb_value cmmdb_get(const cmmdb *database, uint32_t record, cmmdb_field field) {
  MMDB_entry_s entry = {&database->db, record};
  MMDB_entry_data_s data = {.has_data = false};
  if (MMDB_aget_value(&entry, &data, paths[field]) != MMDB_SUCCESS) data.has_data = false;
  return value(&data);
}

cmmdb_values *cmmdb_values_of(const cmmdb *database, uint32_t record) {
  MMDB_entry_s entry = {&database->db, record};
  cmmdb_values *values = calloc(1, sizeof *values);
  if (values && MMDB_get_entry_data_list(&entry, &values->first) == MMDB_SUCCESS) {
    values->next = values->first;
    return values;
  }
  if (values && values->first) MMDB_free_entry_data_list(values->first);
  free(values);
  return NULL;
}

int cmmdb_next(cmmdb_values *values, cmmdb_value *out) {
  if (!values->next) return 0;
  *out = value(&values->next->entry_data);
  values->next = values->next->next;
  return 1;
}

void cmmdb_values_free(cmmdb_values *values) {
  MMDB_free_entry_data_list(values->first);
  free(values);
}
