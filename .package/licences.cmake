# Puts the licence of each library that goes with us beside it, as its Debian package tells it.
set(prefix $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX})
file(GLOB libraries ${prefix}/lib/agentops/*.so.*)
foreach(library ${libraries})
  get_filename_component(name ${library} NAME)
  execute_process(COMMAND dpkg-query --search "*/${name}" OUTPUT_VARIABLE found ERROR_QUIET
                  RESULT_VARIABLE code)
  if(code EQUAL 0 AND found MATCHES "^([^:]+):")
    configure_file(/usr/share/doc/${CMAKE_MATCH_1}/copyright
                   ${prefix}/share/doc/agentops/licences/${CMAKE_MATCH_1} COPYONLY)
  endif()
endforeach()
