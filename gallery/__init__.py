"""Finds the faces in photos, reads their emotions, and lets people search them and build albums."""
