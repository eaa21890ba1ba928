SELECT 'pg_proc' AS class, oid::int8 AS oid, 0::int8 AS part, lower(word) AS kind, nspname AS namespace,
    substr(p.oid::regprocedure::text, length(quote_ident(nspname)) + 2) AS name,
    CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) ELSE (
        SELECT format('CREATE AGGREGATE %s(%s) (%s)', path, CASE WHEN pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END,
            concat_ws(', ', 'SFUNC = ' || aggtransfn::regproc, 'STYPE = ' || format_type(aggtranstype, NULL), 'SSPACE = ' || nullif(aggtransspace, 0),
            'FINALFUNC = ' || nullif(aggfinalfn, 0)::regproc, CASE WHEN aggfinalextra THEN 'FINALFUNC_EXTRA' END,
            CASE WHEN aggfinalfn <> 0 AND aggfinalmodify <> CASE WHEN aggkind = 'n' THEN 'r' ELSE 'w' END::"char" THEN 'FINALFUNC_MODIFY = ' ||
                CASE aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
            'COMBINEFUNC = ' || nullif(aggcombinefn, 0)::regproc, 'SERIALFUNC = ' || nullif(aggserialfn, 0)::regproc,
            'DESERIALFUNC = ' || nullif(aggdeserialfn, 0)::regproc, 'INITCOND = ' || quote_literal(agginitval),
            'MSFUNC = ' || nullif(aggmtransfn, 0)::regproc, 'MINVFUNC = ' || nullif(aggminvtransfn, 0)::regproc,
            CASE WHEN aggmtransfn <> 0 THEN 'MSTYPE = ' || format_type(aggmtranstype, NULL) END, 'MSSPACE = ' || nullif(aggmtransspace, 0),
            'MFINALFUNC = ' || nullif(aggmfinalfn, 0)::regproc, CASE WHEN aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
            CASE WHEN aggmfinalfn <> 0 AND aggmfinalmodify <> CASE WHEN aggkind = 'n' THEN 'r' ELSE 'w' END::"char" THEN 'MFINALFUNC_MODIFY = ' ||
                CASE aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
            'MINITCOND = ' || quote_literal(aggminitval), 'SORTOP = OPERATOR(' || (
                SELECT format('%I.%s', n.nspname, o.oprname) FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = aggsortop) || ')',
            CASE proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
            CASE WHEN aggkind = 'h' THEN 'HYPOTHETICAL' END))
        FROM pg_aggregate a WHERE a.aggfnoid = p.oid) END AS definition,
    format('DROP %s %s(%s)', word, path, arguments) AS removal
FROM routine p
