/** Another name, path, flag, operator or piece of code. */
export const codeTraps = String.raw`
What does git reset --soft do? <> What does git reset --hard do?
What does x = x + 1 do? <> What does x = x - 1 do?
What is the difference between == and === in JavaScript? <> What is the difference between = and == in JavaScript?
How do I read /etc/hosts? <> How do I read /etc/passwd?
What does chmod 644 mean? <> What does chmod 755 mean?
How does Array.prototype.map work? <> How does Array.prototype.filter work?
Explain SELECT name FROM users WHERE age > 30 <> Explain SELECT name FROM users WHERE age < 30
How do I use useEffect in React? <> How do I use useMemo in React?
What does the regex ^\d+$ match? <> What does the regex ^\w+$ match?
How do I call user.getName()? <> How do I call user.setName()?
What is the flag -r in cp? <> What is the flag -f in cp?
How do I install lodash with npm? <> How do I install lodash with yarn?
Why does my_list.append return None? <> Why does my_list.pop return None?
What does a && b return? <> What does a || b return?
How do I set JAVA_HOME? <> How do I set GRADLE_HOME?
How do I start server.js? <> How do I start server.py?
Where is config.yaml stored? <> Where is config.toml stored?
What is the type of arr[0]? <> What is the type of arr[-1]?
What is in the folder src/api? <> What is in the folder src/app?
How do I fix TypeError: x is not a function? <> How do I fix TypeError: y is not iterable?
What does for (let i = 0; i < n; i++) do? <> What does for (let i = 0; i <= n; i++) do?
How do I send a GET to /users/:id? <> How do I send a DELETE to /users/:id?
How do I import numpy as np? <> How do I import pandas as pd?
What does ls -la print? <> What does ls -lh print?
How do I use async/await in Python? <> How do I use yield in Python?
What does the header X-Request-Id mean? <> What does the header X-Real-IP mean?
Explain int *p = &x; <> Explain int **p = &x;
How do I curl https://example.com/v1/items? <> How do I curl https://example.com/v2/items?
What does docker compose up -d do? <> What does docker compose down -v do?
What does @Override do in Java? <> What does @Deprecated do in Java?
Why is "abc".length 3? <> Why is "abcd".length 4?
How do I write to admin@example.org? <> How do I write to sales@example.org?
What does INNER JOIN do? <> What does LEFT JOIN do?
What does kubectl get pods do? <> What does kubectl delete pods do?
How do I style a div with display: flex? <> How do I style a div with display: grid?
What does it mean when the build prints EACCES? <> What does it mean when the build prints ENOENT?
How do I round with Math.floor? <> How do I round with Math.ceil?
How do I catch an IOException? <> How do I catch an SQLException?
What is the value of \frac{a}{b} for a = 2? <> What is the value of \frac{b}{a} for a = 2?
What does let x: string | null mean? <> What does let x: string & null mean?
How do I bind the key ctrl+d? <> How do I bind the key ctrl+alt+d?
How do I use the class UserService? <> How do I use the class UserServer?
How do I open report_final.xlsx? <> How do I open report_draft.xlsx?
What does rm *.log delete? <> What does rm *.txt delete?
What does strcpy do? <> What does strcmp do?
How do I set max_connections in Postgres? <> How do I set shared_buffers in Postgres?
What is the port of redis://localhost:6379/0? <> What is the port of redis://localhost:6380/0?
Explain {"a": true} <> Explain {"a": false}
What does a ? b : c mean? <> What does a ?? b mean?
What does #include <math.h> do? <> What does #include <stdio.h> do?
How do I add the label "urgent"? <> How do I add the label "later"?
What does the tag <em> do? <> What does the tag <li> do?
How is C++ compiled? <> How is C compiled?
What is the output of print(7 // 2)? <> What is the output of print(7 % 2)?
`;
