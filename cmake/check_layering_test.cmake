# cmake -DROOT=<repository> -DWORK=<folder> -P check_layering_test.cmake
#
# Whether check_layering.cmake finds what it is for, in copies of the
# repository's folders.

cmake_minimum_required(VERSION 3.25)

set(rooms actors config net persistence tools)

# verdict(<expected> <what>): checks the copy, and puts it back as it was.
function(verdict expected what)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P
            ${ROOT}/cmake/check_layering.cmake
    RESULT_VARIABLE result
    ERROR_VARIABLE output
    OUTPUT_QUIET)
  if(expected STREQUAL "good" AND NOT result EQUAL 0)
    message(FATAL_ERROR "refused ${what}: ${output}")
  elseif(NOT expected STREQUAL "good" AND NOT output MATCHES "${expected}")
    message(FATAL_ERROR "did not say \"${expected}\" of ${what}: ${output}")
  endif()
  copy()
endfunction()

function(copy)
  file(REMOVE_RECURSE ${WORK})
  foreach(room IN LISTS rooms)
    file(COPY ${ROOT}/${room} DESTINATION ${WORK})
  endforeach()
endfunction()

copy()
verdict(good "the repository")

file(APPEND ${WORK}/net/protocol/names.cpp "#include \"net/loop/socket.hpp\"\n")
verdict("net/protocol/names.cpp" "an include upward")

file(APPEND ${WORK}/actors/queue/block.hpp "#include <caf/all.hpp>\n")
verdict("actors/queue/block.hpp" "a library in a plain folder")

file(APPEND ${WORK}/config/parse.cpp "#include <caf/config_value.hpp>\n")
verdict("config/parse.cpp" "CAF outside of its one file of config/")

file(REMOVE_RECURSE ${WORK}/net/auth)
verdict("net/auth: has a rule and no sources" "a folder that is gone")

file(REMOVE_RECURSE ${WORK}/net/auth)
file(MAKE_DIRECTORY ${WORK}/net/auth)
verdict("net/auth: has a rule and no sources" "an empty folder")

file(WRITE ${WORK}/actors/new/new.cpp "int x;\n")
verdict("actors/new: has sources and no rule" "a new folder")

file(REMOVE_RECURSE ${WORK})
