// What only a phone can do, by Expo's packages. Nothing is decided here.

import * as Crypto from "expo-crypto";
import * as SecureStore from "expo-secure-store";
import * as WebBrowser from "expo-web-browser";
import type { Device } from "./session";

const KEY = "housekey.refresh-token";

export const device: Device = {
  // The system's browser, never a web view: people see whose page it is, and their passwords and passkeys are there.
  async open(url, backTo) {
    const result = await WebBrowser.openAuthSessionAsync(url, backTo);
    return result.type === "success" ? result.url : null;
  },
  read: () => SecureStore.getItemAsync(KEY),
  async write(refreshToken) {
    if (refreshToken === null) return SecureStore.deleteItemAsync(KEY);
    // Also when the screen is locked, and on no other phone.
    await SecureStore.setItemAsync(KEY, refreshToken, { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY });
  },
  random: () => base64Url(btoa(String.fromCharCode(...Crypto.getRandomBytes(32)))),
  s256: async (text) => base64Url(await Crypto.digestStringAsync(Crypto.CryptoDigestAlgorithm.SHA256, text, { encoding: Crypto.CryptoEncoding.BASE64 })),
};

const base64Url = (base64: string) => base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
