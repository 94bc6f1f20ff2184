# cmake -DSIM=<cafq_sim> -P same.cmake
#
# Whether a seed gives the same run in two processes: addresses differ.

cmake_minimum_required(VERSION 3.25)

foreach(seed 1 2 3 4 5)
  set(hashes)
  foreach(time first second)
    execute_process(COMMAND ${SIM} --seed ${seed} OUTPUT_VARIABLE output
                    RESULT_VARIABLE result)
    if(NOT output MATCHES "hash ([0-9a-f]+)")
      message(FATAL_ERROR "seed ${seed}: no hash (${result}): ${output}")
    endif()
    list(APPEND hashes ${CMAKE_MATCH_1})
  endforeach()
  list(REMOVE_DUPLICATES hashes)
  list(LENGTH hashes count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR "seed ${seed} gave two runs: ${hashes}")
  endif()
endforeach()
