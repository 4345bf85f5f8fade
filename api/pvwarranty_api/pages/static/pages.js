// What pages do where scripts run; without them every page works by plain forms and links.
"use strict";

(() => {
  const ready = (work) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", work);
    else work();
  };

  // --- a job: its progress as it is told, then the page anew in the same place
  const streams = new Set();

  function follow(box) {
    if (box.dataset.followed) return;
    box.dataset.followed = "1";
    const bar = box.querySelector("[data-bar]");
    const stage = box.querySelector("[data-stage]");
    const words = JSON.parse(box.dataset.words);
    const source = new EventSource(`/v1/jobs/${box.dataset.job}/events`);
    streams.add(source);
    source.addEventListener("job", (event) => {
      const job = JSON.parse(event.data);
      bar.value = job.progress;
      const word = words[job.stage] || words[job.state];
      if (word && stage.textContent !== word) stage.textContent = word;
      if (["done", "failed", "cancelled"].includes(job.state)) {
        source.close();
        streams.delete(source);
        renew();
      }
    });
  }

  function renew() {
    window.htmx.ajax("GET", location.pathname + location.search, { target: "#main", select: "#main", swap: "outerHTML" });
  }

  // --- sending files: how much has gone
  function watch(form) {
    if (form.dataset.watched) return;
    form.dataset.watched = "1";
    const input = form.querySelector("input[type=file]");
    const drop = form.querySelector("[data-drop]");
    const list = form.querySelector("[data-chosen]");
    input.addEventListener("change", () => {
      list.replaceChildren(...Array.from(input.files, (file) => {
        const item = document.createElement("li");
        item.textContent = file.name;
        return item;
      }));
    });
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.toggle("over", name === "dragenter" || name === "dragover");
        if (name === "drop" && event.dataTransfer.files.length) {
          input.files = event.dataTransfer.files;
          input.dispatchEvent(new Event("change"));
        }
      });
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }

  function send(form) {
    const box = form.querySelector("[data-sending]");
    const told = form.querySelector("[data-told]");
    const bar = form.querySelector("[data-bar]");
    const button = form.querySelector("button");
    const request = new XMLHttpRequest();
    const failed = (why) => {
      told.textContent = `${told.dataset.failed} ${why}`.trim();
      button.disabled = false;
    };
    box.hidden = false;
    button.disabled = true;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.upload.addEventListener("load", () => { told.textContent = told.dataset.done; });
    request.addEventListener("error", () => failed(""));
    request.addEventListener("load", () => {
      if (request.status < 400) { location.assign(request.responseURL); return; }
      failed(reason(request));
    });
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRF-Token", form.dataset.csrf);
    request.send(new FormData(form));
  }

  function reason(request) {
    const kind = request.getResponseHeader("Content-Type") || "";
    if (kind.includes("json")) {
      const told = JSON.parse(request.responseText);
      return [told.title, told.detail].filter(Boolean).join(" ");
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    return Array.from(page.querySelectorAll("#main h1, #main li, #main p:not(:last-child)"), (e) => e.textContent.trim()).join(" ");
  }

  function begin() {
    document.querySelectorAll("[data-job]").forEach(follow);
    document.querySelectorAll("[data-upload]").forEach(watch);
    document.querySelectorAll("[data-here]").forEach((input) => { input.value = location.pathname + location.search; });
    const first = document.querySelector("[data-focus]");
    if (first) first.focus();
  }

  ready(begin);
  document.addEventListener("htmx:after:process", begin);
  window.addEventListener("pagehide", () => streams.forEach((s) => s.close()));
})();
