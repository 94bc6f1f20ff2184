# cmake -DROOT=<repository> -P check_layering.cmake
#
# Fails when a folder includes what it must not know (docs/ARCHITECTURE.md).
# libcaf, LMDB and Boost live in /usr/include, so the compiler cannot catch it.

set(rules # folder | forbidden include prefixes (regex)
    "config|actors/|net/|persistence/|tools/|lmdb"
    "net/protocol|actors/|persistence/|config/|tools/|net/[a-z_]+.hpp|net/transport/|caf/|lmdb"
    "net/http|actors/(channel|topic|node|store|stats)[a-z_]*.hpp|persistence/|tools/|net/[a-z_]+.hpp|net/transport/|caf/|lmdb"
    "net/auth|actors/|persistence/|config/|tools/|net/[a-z_]+.hpp|net/transport/|caf/|lmdb"
    "net/transport|actors/|persistence/|tools/|net/[a-z_]+.hpp|caf/|lmdb"
    "actors/queue|net/[a-z_]+.hpp|persistence/|config/|tools/|actors/[a-z_]+.hpp|caf/|lmdb"
    "persistence|actors/[a-z_]+.hpp|net/[a-z_]+.hpp|tools/|caf/"
    "actors|net/[a-z_]+.hpp|net/transport/|net/http/|tools/|lmdb"
    "net|actors/(channel|topic|node|store)[a-z_]*.hpp|persistence/|tools/|lmdb")

set(failed FALSE)
foreach(rule IN LISTS rules)
  # Not REGEX REPLACE: before CMake 4.1, its ^ matches again after each hit.
  if(NOT rule MATCHES "^([^|]+)[|](.+)$")
    message(FATAL_ERROR "malformed rule: ${rule}")
  endif()
  set(folder "${CMAKE_MATCH_1}")
  set(forbidden "${CMAKE_MATCH_2}")
  file(GLOB files "${ROOT}/${folder}/*.hpp" "${ROOT}/${folder}/*.cpp")
  foreach(file IN LISTS files)
    file(STRINGS "${file}" bad REGEX "^#include [<\"](${forbidden})")
    if(bad)
      message("${file}: ${bad}")
      set(failed TRUE)
    endif()
  endforeach()
endforeach()
# CAF's settings parser is for one file of config/ only.
file(GLOB files "${ROOT}/config/*.hpp" "${ROOT}/config/*.cpp")
foreach(file IN LISTS files)
  file(STRINGS "${file}" bad REGEX "^#include <caf/")
  if(bad AND NOT file MATCHES "/config_file.cpp$")
    message("${file}: ${bad}")
    set(failed TRUE)
  endif()
endforeach()
if(failed)
  message(FATAL_ERROR "layering rules broken; see docs/ARCHITECTURE.md")
endif()
