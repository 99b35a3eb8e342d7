// Starts Swagger UI on the contract of this server. Nothing is asked of another host.
"use strict";

const place = document.getElementById("swagger-ui");

// Swagger UI has a dark mode, but only its top bar, which is not used here, would switch it on.
const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

// Shows an operation's permission and clauses in place of raw extension values.
function ContractExtensions({ React }) {
  const element = React.createElement;

  // `code` is the only mark-up that a clause's text uses.
  const marked = (text) =>
    text.split("`").map((part, index) => (index % 2 ? element("code", { key: index }, part) : part));

  const row = (clause) =>
    element(
      "li",
      { key: clause.id, id: clause.id },
      element("p", { className: "clause-id" },
        element("code", null, clause.id), ` ${clause.level}, ${clause.profile}`),
      element("p", null, ...marked(clause.text)),
    );

  const OperationExt = ({ extensions }) => {
    const clauses = extensions.get("x-clauses")?.toJS() ?? [];
    const permission = extensions.get("x-permission");
    return element(
      "div",
      { className: "opblock-section promises" },
      element("div", { className: "opblock-section-header" },
        element("h4", null, clauses.length ? `Clauses (${clauses.length})` : "Permission")),
      permission && element("p", { className: "permission" },
        "The API key must hold ", element("code", null, permission), "."),
      clauses.length > 0 && element("ul", null, clauses.map(row)),
    );
  };
  return { components: { OperationExt } };
}

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.contract,
  plugins: [ContractExtensions],
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  showExtensions: true,
  tryItOutEnabled: true,
  validatorUrl: "none",
});
