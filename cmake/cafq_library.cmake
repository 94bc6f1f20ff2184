# cafq_library(<name> HEADERS ... SOURCES ... PUBLIC_DEPS ... PRIVATE_DEPS ...)
#
# One static library per folder, named cafq_<name>, alias cafq::<name>.
# Paths are relative to the calling folder.
function(cafq_library name)
  cmake_parse_arguments(ARG "" "" "HEADERS;SOURCES;PUBLIC_DEPS;PRIVATE_DEPS"
                        ${ARGN})
  add_library(cafq_${name} STATIC ${ARG_SOURCES})
  add_library(cafq::${name} ALIAS cafq_${name})
  # A header set lets CMake prove that each header compiles on its own.
  target_sources(
    cafq_${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}"
                                         FILES ${ARG_HEADERS})
  target_compile_features(cafq_${name} PUBLIC cxx_std_20)
  target_link_libraries(
    cafq_${name}
    PUBLIC ${ARG_PUBLIC_DEPS}
    PRIVATE ${ARG_PRIVATE_DEPS} cafq::warnings)
endfunction()
