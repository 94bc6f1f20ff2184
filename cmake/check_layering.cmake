# cmake -DROOT=<repository> -P check_layering.cmake
#
# Fails when a folder includes what it must not know (docs/ARCHITECTURE.md), and
# when there is a folder of sources without a rule, or a rule without sources.
# libcaf, LMDB and Boost live in /usr/include, so the compiler cannot catch it.

cmake_minimum_required(VERSION 3.25)

# Folders of net/ that have sockets or actors.
set(shells "net/(loop|client|peers|nsq|httpd|lookupd)/")
# Actors that others know by their messages only.
set(actors "actors/(channel|topic|node|store)[a-z_]*.hpp")
set(rules # folder | forbidden include prefixes (regex)
    "config|actors/|net/|persistence/|tools/|lmdb"
    "net/protocol|actors/|persistence/|config/|tools/|${shells}|net/transport/|caf/|lmdb"
    "net/http|actors/(channel|topic|node|store|reports)|persistence/|tools/|${shells}|net/transport/|caf/|lmdb"
    "net/auth|actors/|persistence/|config/|tools/|${shells}|net/transport/|caf/|lmdb"
    "net/transport|actors/|persistence/|tools/|${shells}|caf/|lmdb"
    "actors/queue|${shells}|persistence/|config/|tools/|actors/[a-z_]+.hpp|actors/reports/|caf/|lmdb"
    "persistence|actors/[a-z_]+.hpp|actors/reports/|${shells}|tools/|caf/"
    "persistence/import|actors/[a-z_]+.hpp|actors/reports/|${shells}|tools/|caf/|lmdb"
    "actors|${shells}|net/transport/|net/http/|actors/reports/|tools/|lmdb"
    "actors/lookup|${shells}|net/transport/|net/http/|persistence/|${actors}|tools/|lmdb"
    "actors/reports|${shells}|net/transport/|net/http/|${actors}|tools/|lmdb"
    # The shells of net/, the lowest first.
    "net/loop|net/(client|peers|nsq|httpd|lookupd|http|auth)/|${actors}|actors/reports/|persistence/|tools/|lmdb"
    "net/client|net/(peers|nsq|httpd|lookupd|http)/|${actors}|actors/reports/|persistence/|tools/|lmdb"
    "net/peers|net/(nsq|httpd|lookupd|http)/|${actors}|persistence/|tools/|lmdb"
    "net/nsq|net/(httpd|lookupd|http)/|${actors}|actors/reports/|persistence/|tools/|lmdb"
    "net/httpd|net/(nsq|lookupd)/|${actors}|persistence/|tools/|lmdb"
    "net/lookupd|net/(peers|nsq|httpd|http)/|${actors}|persistence/|tools/|lmdb"
    # A client of its own, whatever broker is at the other end.
    "tools/cafq|actors/|${shells}|net/transport/|net/auth/|tools/(cafqd|cafqlookupd|daemon)/|caf/|lmdb"
    "tools/cafq/bench|actors/|persistence/|${shells}|net/transport/|net/auth/|tools/(cafqd|cafqlookupd|daemon)/|caf/|lmdb"
    "tools/daemon|actors/(lookup|reports)/|persistence/|tools/(cafq|cafqd|cafqlookupd)/|lmdb"
    "tools/cafqd|tools/(cafq|cafqlookupd)/|lmdb"
    "tools/cafqlookupd|tools/(cafq|cafqd)/|lmdb"
    "tools/man|actors/|net/|persistence/|tools/(cafqd|cafqlookupd|daemon)/|caf/|lmdb")

set(failed FALSE)
# sources(<folder> <result>): those in the folder itself.
function(sources folder result)
  file(GLOB files "${ROOT}/${folder}/*.hpp" "${ROOT}/${folder}/*.cpp")
  set(${result} "${files}" PARENT_SCOPE)
endfunction()

set(known)
foreach(rule IN LISTS rules)
  # Not REGEX REPLACE: before CMake 4.1, its ^ matches again after each hit.
  if(NOT rule MATCHES "^([^|]+)[|](.+)$")
    message(FATAL_ERROR "malformed rule: ${rule}")
  endif()
  set(folder "${CMAKE_MATCH_1}")
  set(forbidden "${CMAKE_MATCH_2}")
  list(APPEND known "${folder}")
  sources("${folder}" files)
  if(NOT files)
    message("${folder}: has a rule and no sources")
    set(failed TRUE)
  endif()
  foreach(file IN LISTS files)
    file(STRINGS "${file}" bad REGEX "^#include [<\"](${forbidden})")
    if(bad)
      message("${file}: ${bad}")
      set(failed TRUE)
    endif()
  endforeach()
endforeach()

foreach(room actors config net persistence tools)
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/${room}/*.hpp"
       "${ROOT}/${room}/*.cpp")
  foreach(file IN LISTS files)
    get_filename_component(folder "${file}" DIRECTORY)
    if(NOT folder IN_LIST known)
      message("${folder}: has sources and no rule")
      list(APPEND known "${folder}")
      set(failed TRUE)
    endif()
  endforeach()
endforeach()

# CAF's settings parser is for one file of config/ only.
sources(config files)
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
