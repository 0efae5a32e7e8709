// Look-ups in MaxMind databases, by the fields that the geoip stage knows, or value by value.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct cmmdb cmmdb;

typedef enum {
  CMMDB_CITY_NAME,
  CMMDB_COUNTRY_NAME,
  CMMDB_CONTINENT_NAME,
  CMMDB_CONTINENT_CODE,
  CMMDB_LATITUDE,
  CMMDB_LONGITUDE,
  CMMDB_POSTAL_CODE,
  CMMDB_TIME_ZONE,
  CMMDB_SUBDIVISION_NAME,
  CMMDB_SUBDIVISION_CODE,
  CMMDB_ASN,
  CMMDB_AS_ORGANIZATION,
} cmmdb_field;

typedef enum { CMMDB_OTHER, CMMDB_TEXT, CMMDB_NUMBER, CMMDB_TRUTH, CMMDB_MAP, CMMDB_ARRAY } cmmdb_kind;

/// A value of a record. `bytes` lie in the database; of a map or an array, `count` is the number of what follows.
typedef struct {
  cmmdb_kind kind;
  const uint8_t *bytes;
  size_t count;
  double number;
} cmmdb_value;

/// NULL on failure; `why` then says what it was.
cmmdb *cmmdb_open(const char *path, const char **why);
void cmmdb_close(cmmdb *);

/// The offset of the record of an address (4 or 16 bytes, network order); 0 when there is none, or the database has no
/// addresses of that kind.
uint32_t cmmdb_find(const cmmdb *, const uint8_t *address, size_t count);

/// A field of a record; of kind OTHER when it is not there.
cmmdb_value cmmdb_get(const cmmdb *, uint32_t record, cmmdb_field);

/// All values of a record in the order they stand, maps as key, value, key, value. NULL on failure.
typedef struct cmmdb_values cmmdb_values;
cmmdb_values *cmmdb_values_of(const cmmdb *, uint32_t record);
/// The next value; 0 behind the last.
int cmmdb_next(cmmdb_values *, cmmdb_value *);
void cmmdb_values_free(cmmdb_values *);
