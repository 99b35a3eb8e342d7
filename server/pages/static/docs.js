// Starts Swagger UI on the contract of this server. Nothing is asked of another host.
"use strict";

const place = document.getElementById("swagger-ui");

// Swagger UI has a dark mode, but only its top bar, which is not used here, would switch it on.
const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

// A plugin: shows the permission and the clauses of each operation, and the clauses that hold for all.
function Promises({ React }) {
  const element = React.createElement;

  // `code` is the only mark-up that a clause's text uses.
  const marked = (text) =>
    text.split("`").map((part, index) => (index % 2 ? element("code", { key: index }, part) : part));

  const clauseList = (title, clauses) =>
    clauses?.size > 0 &&
    element("details", null,
      element("summary", null, `${title} (${clauses.size})`),
      element("ul", null, clauses.toJS().map(({ id, level, profile, text }) =>
        element("li", { key: id },
          element("p", null, element("code", null, id), ` ${level}, ${profile}`),
          element("p", null, ...marked(text))))));

  const ofOperation = (operation) => {
    const permission = operation.get("x-permission");
    return element("div", { className: "promises" },
      permission && element("p", null, "The API key must hold ", element("code", null, permission), "."),
      clauseList("Clauses", operation.get("x-clauses")));
  };

  const before = (made) => (Original, system) => (props) =>
    element(React.Fragment, null, made(props, system), element(Original, props));

  return {
    wrapComponents: {
      parameters: before(({ operation }) => ofOperation(operation)),
      operations: before((_props, { specSelectors }) =>
        element("div", { className: "promises general" },
          element("h2", null, "Operations"),
          clauseList("Clauses that hold for every operation", specSelectors.specJson().get("x-clauses")))),
    },
  };
}

// A plugin: leaves optional filters empty. Swagger UI would fill in their examples, and a first try would find
// only what happens to match all of them.
function EmptyFilters() {
  const withoutExamples = (spec) => {
    for (const item of Object.values(spec.paths ?? {})) {
      for (const { parameters = [] } of Object.values(item)) {
        parameters.filter((one) => one.in === "query" && !one.required).forEach((one) => delete one.example);
      }
    }
    return spec;
  };
  return { statePlugins: { spec: { wrapActions: { updateJsonSpec: (act) => (spec) => act(withoutExamples(spec)) } } } };
}

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.contract,
  plugins: [Promises, EmptyFilters],
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: "none",
});
