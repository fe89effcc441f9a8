// Puts the app on the page.

import { mount } from "svelte";
import "../../page/style.css";
import App from "./App.svelte";

mount(App, { target: document.querySelector("#app")! });
