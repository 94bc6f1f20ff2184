find_program(GZIP gzip REQUIRED)

# cafq_gzip(<file> <result>): compresses at build time, without time or name, so
# that the same file gives the same bytes. Relative to the build folder.
function(cafq_gzip file result)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  add_custom_command(
    OUTPUT ${result}
    COMMAND ${GZIP} -9nc ${file} > ${result}
    DEPENDS ${file}
    VERBATIM)
endfunction()
